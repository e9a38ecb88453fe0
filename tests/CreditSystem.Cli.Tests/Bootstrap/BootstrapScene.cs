using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap against the development Vault, and the real MongoDB and Redis; each test has names of its own there.</summary>
public abstract class BootstrapScene(VaultServer vaults, MongoServer mongo, RedisServer redis) : IDisposable
{
    private protected readonly string _directory = Directory.CreateTempSubdirectory("credit-system-bootstrap-test-").FullName;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected string Credentials => Path.Combine(_directory, "approle");

    private protected VaultServer Vaults => vaults;

    private protected MongoServer Mongo => mongo;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Directory.Delete(_directory, recursive: true);
    }

    private protected static async Task SucceedAsync(CliRun command, params string[] args)
    {
        var (exitCode, output) = await command.BootstrapAsync(args);
        Assert.True(exitCode == 0, output);
    }

    private protected string[] Names()
    {
        var name = vaults.CreateName("bootstrap");
        return ["--prefix", name, "--policy", $"{name}-policy", "--role", $"{name}-role", "--rotator-role", $"{name}-rotator"];
    }

    private protected async Task<(CliRun, VaultInstance, string[])> PrepareAsync()
    {
        var vault = await vaults.GetInstanceAsync();
        var names = Names();
        var url = new MongoUrlBuilder(await mongo.GetConnectionStringAsync()) { DatabaseName = names[1] };
        return (new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = vault.RootToken,
            ["ConnectionStrings__mongodb"] = url.ToString(),
            ["ConnectionStrings__redis"] = await redis.GetConnectionStringAsync(),
        }), vault, names);
    }

    private protected async Task<string> LoginAsync(VaultInstance vault)
    {
        using var client = vault.CreateClient();
        using var response = await client.PostAsJsonAsync("v1/auth/approle/login", new
        {
            role_id = await File.ReadAllTextAsync(Path.Combine(Credentials, "role_id"), Token),
            secret_id = await File.ReadAllTextAsync(Path.Combine(Credentials, "secret_id"), Token),
        }, Token);
        return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Token))!["auth"]!["client_token"] ?? throw new InvalidOperationException("No token.");
    }

    private protected static async Task<Dictionary<string, JsonObject>> ReadSecretsAsync(VaultInstance vault, string prefix)
    {
        using var client = vault.CreateClient();
        var secrets = new Dictionary<string, JsonObject>();
        foreach (var name in new[] { "mongodb", "redis", "app", "monitoring" })
            secrets[name] = (JsonObject)(await client.GetFromJsonAsync<JsonObject>($"v1/secret/data/{prefix}/{name}", Token))!["data"]!["data"]!.DeepClone();
        return secrets;
    }

    private protected static async Task<int> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (method == HttpMethod.Post)
            request.Content = JsonContent.Create(new { data = new { a = "b" } });
        using var response = await client.SendAsync(request, Token);
        return (int)response.StatusCode;
    }
}
