using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Bootstrap.Access;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Http;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>What cannot work is refused before anything is done, in a dry run as well; OpenBao's answers are those of OpenBao 2.7.2.</summary>
public sealed class PreflightTests(VaultServer vaults, MongoServer mongo)
{
    private const string Plugins = """{"data":{"keys":["mysql-database-plugin","postgresql-database-plugin","redis-database-plugin","valkey-database-plugin"]}}""";
    private const string SealStatus = """{"type":"shamir","initialized":true,"sealed":false,"t":1,"n":1,"progress":0,"nonce":"","recovery_seal":false,"version":"2.7.2","commit_date":"2026-10-26T20:32:27Z","migration":false,"storage_type":"raft"}""";
    private const string NoAuditApi = """{"errors":["cannot enable audit device via API; use declarative, config-based audit device management instead"]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("has no mongodb-database-plugin, which --database-engine needs (OpenBao has none). Leave --database-engine out", "--database-engine")]
    [InlineData("OpenBao takes audit devices from its configuration alone: write audit \"file\"", "--audit-file", "/var/log/vault/audit.log")]
    public async Task What_OpenBao_does_not_have_is_refused_with_what_to_do_instead(string words, params string[] option)
    {
        await using var bao = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        bao.Instead = AnswerAsOpenBao;
        var (command, name) = await PrepareAsync(bao);

        foreach (var dryRun in (string[][])[["--dry-run"], []])
        {
            var (exitCode, output) = await command.BootstrapAsync(["--prefix", name, .. option, .. dryRun]);
            Assert.True(exitCode == 1, output);
            Assert.Contains(words, output, StringComparison.Ordinal);
            Assert.DoesNotContain("+ ", output, StringComparison.Ordinal);
        }

        // The one write that tells whether the server's configuration allows it after all.
        Assert.All(bao.Writes, write => Assert.Equal("POST /v1/sys/audit/file", write));
    }

    [Theory]
    [InlineData(404, """{"errors":["namespace not found"]}""", "Vault has no namespace team: make it first (bao namespace create team")]
    [InlineData(403, """{"errors":["permission denied"]}""", "The token is none of this Vault's, has expired")]
    public async Task A_namespace_or_a_token_that_is_not_there_is_found_before_anything_is_done(int status, string body, string words)
    {
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        front.Instead = context => context.Request.Path == "/v1/sys/health" ? null : context.Request.Headers["X-Vault-Namespace"] == "team" ? (status, body) : null;
        var (command, name) = await PrepareAsync(front);

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name, "--namespace", "team/", "--dry-run");

        Assert.Equal(1, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Contains($"Vault answers {status} to read auth/token/lookup-self: ", output, StringComparison.Ordinal);
        Assert.Empty(front.Writes);
    }

    [Fact]
    public async Task A_forbidden_audit_API_is_found_before_anything_is_done()
    {
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        front.Instead = context => context.Request.Path == "/v1/sys/audit" ? (403, """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}""") : null;
        var (command, name) = await PrepareAsync(front);

        var (exitCode, output) = await command.BootstrapAsync("--prefix", name, "--audit-file", "/var/log/vault/audit.log");

        Assert.Equal(1, exitCode);
        Assert.Contains("needs a token that may manage audit devices", output, StringComparison.Ordinal);
        Assert.Contains("Vault answers 403 to read sys/audit: 1 error occurred: * permission denied.", output, StringComparison.Ordinal);
        Assert.Empty(front.Writes);
    }

    /// <summary>A second system with a prefix of its own must not rewrite what the first one logs in with.</summary>
    [Fact]
    public async Task Policies_and_roles_follow_the_prefix()
    {
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        var (command, name) = await PrepareAsync(front);

        var (exitCode, output) = await command.BootstrapAsync("--prefix", $"/{name}/team/", "--approle-mount", "auth/approle/", "--kv-mount", "/secret");

        Assert.True(exitCode == 3, output);
        Assert.Contains($"+ policy {name}-team-policy", output, StringComparison.Ordinal);
        Assert.Contains($"+ role auth/approle/role/{name}-team-approle", output, StringComparison.Ordinal);
        Assert.Contains($"+ role auth/approle/role/{name}-team-rotator", output, StringComparison.Ordinal);
        Assert.DoesNotContain(front.Writes, write => write.Contains("credit-system-", StringComparison.Ordinal));
    }

    /// <summary>A token that may do what the written policy allows, and nothing else, does everything that the bootstrap can do.</summary>
    [Fact]
    public async Task The_least_policy_is_enough_and_each_of_its_paths_is_needed()
    {
        await using var own = await VaultInstance.StartAsync(Token, "vault");
        var settings = new BootstrapSettings();
        var environment = await EnvironmentAsync(own, settings.Prefix);
        var audit = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.log");
        var folder = Directory.CreateTempSubdirectory("credit-system-least-policy-");
        string[] args = ["--database-engine", "--certificates", "--audit-file", audit, "--credentials-directory", Path.Combine(folder.FullName, "approle"), "--rotator-credentials-directory", Path.Combine(folder.FullName, "rotator")];

        environment["VAULT_TOKEN"] = await CreateTokenAsync(own, Policies.Bootstrap(settings));
        var (exitCode, output) = await new CliRun(environment).BootstrapAsync([.. args, "--dry-run"]);
        Assert.True(exitCode is 0 or 3, output);
        Assert.DoesNotContain("! ", output, StringComparison.Ordinal);
        (exitCode, output) = await new CliRun(environment).BootstrapAsync(args);
        Assert.True(exitCode == 3, output);
        (exitCode, output) = await new CliRun(environment, new LaterTime(TimeSpan.FromDays(80))).BootstrapAsync(args);
        Assert.True(exitCode == 3, output);

        // Without one of them the dry run names it; mounts that are there need no right any more.
        var rights = BootstrapRight.All(settings).Where(right => !right.Path.StartsWith("sys/plugins/", StringComparison.Ordinal) && !right.Path.StartsWith("sys/mounts/", StringComparison.Ordinal)
            && right.Path is not ("pki/issuers/" or "sys/auth/approle" or "sys/capabilities-self" or "auth/token/lookup-self" or "sys/mounts" or "sys/auth" or "sys/audit")).ToList();
        Assert.True(rights.Count > 15);
        foreach (var right in rights)
        {
            environment["VAULT_TOKEN"] = await CreateTokenAsync(own, Policies.Bootstrap(settings).Replace($"path \"{right.Path}\"", "path \"elsewhere\"", StringComparison.Ordinal));
            (exitCode, output) = await new CliRun(environment).BootstrapAsync([.. args, "--dry-run"]);
            Assert.True(exitCode == 1, $"{right.Path}: {output}");
            Assert.Contains(right.Path.TrimEnd('*'), output, StringComparison.Ordinal);
        }

        folder.Delete(recursive: true);
        File.Delete(audit);
    }

    [Fact]
    public async Task The_least_policy_is_printed_for_the_names_at_hand_without_asking_anybody()
    {
        var (exitCode, output) = await new CliRun(new Dictionary<string, string?>()).BootstrapAsync("--print-policy", "--prefix", "flask-app", "--kv-mount", "kv");

        Assert.Equal(0, exitCode);
        Assert.Contains("path \"kv/data/flask-app/*\"", output, StringComparison.Ordinal);
        Assert.Contains("path \"auth/approle/role/flask-app-rotator/secret-id\"", output, StringComparison.Ordinal);
    }

    private static (int, string)? AnswerAsOpenBao(HttpContext context) => context.Request.Path.Value switch
    {
        "/v1/sys/plugins/catalog/database" => (200, Plugins),
        "/v1/sys/seal-status" => (200, SealStatus),
        "/v1/sys/audit" => (200, """{"data":{}}"""),
        "/v1/sys/audit/file" => (400, NoAuditApi),
        _ => null,
    };

    private async Task<(CliRun Command, string Name)> PrepareAsync(VaultFront front)
    {
        var vault = await vaults.GetInstanceAsync();
        return (new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{front.Address}", ["VAULT_TOKEN"] = vault.RootToken }), vaults.CreateName("preflight"));
    }

    private async Task<Dictionary<string, string?>> EnvironmentAsync(VaultInstance vault, string database) => new()
    {
        ["VAULT_ADDR"] = $"{vault.Address}",
        ["ConnectionStrings__mongodb"] = new MongoUrlBuilder(await mongo.GetConnectionStringAsync()) { DatabaseName = $"{database}-least-policy" }.ToString(),
    };

    private static async Task<string> CreateTokenAsync(VaultInstance vault, string policy)
    {
        using var root = vault.CreateClient();
        using var written = await root.PostAsJsonAsync("v1/sys/policies/acl/least", new { policy }, Token);
        written.EnsureSuccessStatusCode();
        using var made = await root.PostAsJsonAsync("v1/auth/token/create", new { policies = new[] { "least" }, no_default_policy = true, no_parent = true }, Token);
        return (string)(await made.Content.ReadFromJsonAsync<JsonObject>(Token))!["auth"]!["client_token"]!;
    }
}
