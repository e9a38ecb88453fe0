using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>
/// What the bootstrap writes is a policy on Vault 1.19 to 2.1 and on OpenBao 2.4 to 2.7: in the language that both have, and enough for
/// what each part does.
/// </summary>
public sealed partial class PolicyDialectTests : IDisposable
{
    /// <summary>OpenBao alone has <c>scan</c>, Vault alone <c>subscribe</c> and <c>recover</c>.</summary>
    private static readonly string[] OfBoth = ["create", "read", "update", "patch", "delete", "list", "sudo", "deny"];

    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-policies-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Written => [Policies.Application(new()), Policies.Rotator(new()), Policies.Bootstrap(new())];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Written))]
    public void Says_nothing_that_one_of_the_servers_does_not_know(string policy)
    {
        var blocks = Block().Matches(policy);
        // Each line is of a block, or a comment: there is no other attribute, and none twice, which Vault 2.1 refuses.
        Assert.Equal(
            policy.Split('\n').Count(line => line.Trim().Length > 0 && !line.StartsWith('#')),
            blocks.Sum(block => block.Value.Trim().Split('\n').Length));
        foreach (Match block in blocks)
        {
            var (path, capabilities) = (block.Groups["path"].Value, block.Groups["capabilities"].Value);
            Assert.All(capabilities.Split(','), one => Assert.Contains(one.Trim().Trim('"'), OfBoth));
            // A template with a wildcard beside it is denied since Vault 2.0.1; ours have neither in the middle.
            Assert.DoesNotContain("{{", path, StringComparison.Ordinal);
            Assert.DoesNotContain('*', path[..^1]);
            Assert.All(path.Split('/'), segment => Assert.True(segment == "+" || !segment.Contains('+'), path));
        }
    }

    [Theory]
    [InlineData(nameof(Dialect.OpenBao))]
    [InlineData(nameof(Dialect.Vault))]
    public async Task Is_enough_for_each_part_and_no_more(string dialect)
    {
        await using var vault = await StartAsync(dialect);
        using var api = await LoginAsync(vault, "approle");
        Assert.Equal(200, await StatusAsync(api, "GET", "secret/data/credit-system/app"));
        Assert.Equal(200, await StatusAsync(api, "LIST", "secret/metadata/credit-system"));
        Assert.Equal(200, await StatusAsync(api, "POST", "transit/encrypt/credit-system", new { plaintext = "YQ==" }));
        Assert.Equal(200, await StatusAsync(api, "POST", "pki/issue/credit-system", new { common_name = "api" }));
        Assert.Equal(200, await StatusAsync(api, "LIST", "pki/issuers"));
        Assert.Equal(200, await StatusAsync(api, "GET", "pki/issuers?list=true"));
        Assert.Equal(200, await StatusAsync(api, "POST", "auth/token/renew-self"));
        Assert.Equal(403, await StatusAsync(api, "POST", "secret/data/credit-system/app", new { data = new { } }));
        Assert.Equal(403, await StatusAsync(api, "GET", "secret/data/another/app"));
        Assert.Equal(403, await StatusAsync(api, "POST", "pki/root/rotate/internal", new { common_name = "another" }));
        Assert.Equal(403, await StatusAsync(api, "POST", "auth/approle/role/credit-system-approle/secret-id"));

        using var rotator = await LoginAsync(vault, "rotator");
        Assert.Equal(200, await StatusAsync(rotator, "POST", "auth/approle/role/credit-system-approle/secret-id"));
        Assert.Equal(200, await StatusAsync(rotator, "LIST", "auth/approle/role/credit-system-approle/secret-id"));
        Assert.Equal(200, await StatusAsync(rotator, "POST", "pki/issue/credit-system", new { common_name = "vault-proxy" }));
        Assert.Equal(403, await StatusAsync(rotator, "GET", "secret/data/credit-system/app"));
        Assert.Equal(204, await StatusAsync(rotator, "POST", "auth/token/revoke-self"));
    }

    /// <summary>An administrator's token need not be a root token: its least policy is written down, and is enough on both.</summary>
    [Theory]
    [InlineData(nameof(Dialect.OpenBao))]
    [InlineData(nameof(Dialect.Vault))]
    public async Task The_bootstraps_own_policy_is_enough_for_it(string dialect)
    {
        await using var vault = await DevVault.StartAsync(TimeProvider.System, options => options with { Dialect = Of(dialect) });
        await vault.DoAsync("PUT", "sys/policies/acl/least", new { policy = Policies.Bootstrap(new BootstrapSettings()) });
        var (_, made) = await vault.SendAsync("POST", "auth/token/create", new { policies = new[] { "least" }, ttl = "30m" });
        var command = Command(vault, (string)made!["auth"]!["client_token"]!);

        var (exitCode, output) = await command.BootstrapAsync("--certificates", "--certificates-directory", Path.Combine(_folder, "tls"));
        Assert.True(exitCode == 3, output);
        (exitCode, output) = await command.BootstrapAsync("--certificates", "--certificates-directory", Path.Combine(_folder, "tls"));
        Assert.True(exitCode == 3, output);
        Assert.Contains("Changed: 0.", output, StringComparison.Ordinal);
    }

    private async Task<DevVault> StartAsync(string dialect)
    {
        var vault = await DevVault.StartAsync(TimeProvider.System, options => options with { Dialect = Of(dialect) });
        var (exitCode, output) = await Command(vault, DevVault.RootToken).BootstrapAsync(
            "--certificates", "--certificates-directory", Path.Combine(_folder, "tls"),
            "--credentials-directory", Path.Combine(_folder, "approle"), "--rotator-credentials-directory",
            Path.Combine(_folder, "rotator"));
        Assert.True(exitCode == 3, output);
        return vault;
    }

    private static Dialect Of(string dialect) => dialect == nameof(Dialect.Vault) ? Dialect.Vault : Dialect.OpenBao;

    private static CliRun Command(DevVault vault, string token) =>
        new(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{vault.Address}", ["VAULT_TOKEN"] = token });

    private async Task<HttpClient> LoginAsync(DevVault vault, string credentials)
    {
        async Task<string> ReadAsync(string name) =>
            (await File.ReadAllTextAsync(Path.Combine(_folder, credentials, name), Token)).Trim();
        var client = new HttpClient { BaseAddress = new Uri(vault.Address, "/v1/") };
        using var answer = await client.PostAsJsonAsync(
            "auth/approle/login", new { role_id = await ReadAsync("role_id"), secret_id = await ReadAsync("secret_id") }, Token);
        var auth = (await answer.Content.ReadFromJsonAsync<JsonNode>(Token))!["auth"]!;
        client.DefaultRequestHeaders.Add("X-Vault-Token", (string)auth["client_token"]!);
        return client;
    }

    private static async Task<int> StatusAsync(HttpClient client, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = JsonContent.Create(body ?? new { });
        using var answer = await client.SendAsync(request, Token);
        return (int)answer.StatusCode;
    }

    [GeneratedRegex("""^path "(?<path>[^"]+)" \{\n  capabilities = \[(?<capabilities>[^\]]+)\]\n\}$""", RegexOptions.Multiline)]
    private static partial Regex Block();
}
