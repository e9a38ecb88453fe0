using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>An API server, a Vault, and two databases that start once their Secrets are there.</summary>
internal sealed class EmptyCluster : IAsyncDisposable
{
    private readonly VaultInstance vault;
    private readonly string name;
    private readonly CliRun command;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("credit-system-cluster-test-");

    private EmptyCluster(VaultInstance vault, string name, SecretApiServer api)
    {
        (this.vault, this.name, Api) = (vault, name, api);
        Mongo = MongoInstance.Create();
        Redis = RedisInstance.Create();
        command = new CliRun(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = $"{vault.Address}",
            ["VAULT_TOKEN"] = vault.RootToken,
            ["POD_NAMESPACE"] = "credit-system",
            ["KUBECONFIG"] = Path.Combine(folder.FullName, "kubeconfig"),
            ["ConnectionStrings__mongodb"] = $"mongodb://{Mongo.Username}@127.0.0.1:{Mongo.Port}/{name}?authSource=admin",
            ["ConnectionStrings__redis"] = $"127.0.0.1:{Redis.Port}",
        });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public SecretApiServer Api { get; }

    public MongoInstance Mongo { get; }

    public RedisInstance Redis { get; }

    public IEnumerable<string> Values => [Api.SecretId, Api.ValueOf("vault-rotator-creds", "secret_id"), Api.ValueOf("mongodb-secrets", "MONGO_INITDB_ROOT_PASSWORD"), Api.ValueOf("redis-secrets", "REDIS_PASSWORD"), vault.RootToken];

    public static async Task<EmptyCluster> StartAsync(VaultServer vaults)
    {
        var cluster = new EmptyCluster(await vaults.GetInstanceAsync(), vaults.CreateName("cluster"), await SecretApiServer.StartAsync());
        await cluster.Api.WriteKubeconfigAsync(Path.Combine(cluster.folder.FullName, "kubeconfig"));
        return cluster;
    }

    public Task<(int ExitCode, string Output)> BootstrapAsync(params string[] args) => command.BootstrapAsync(
        ["--kubernetes-secrets", "--prefix", name, "--policy", $"{name}-policy", "--role", $"{name}-role", "--rotator-role", $"{name}-rotator", .. args]);

    public async Task<(int ExitCode, string Output)> BootstrapWithDatabasesAsync(TimeSpan timeout)
    {
        var run = BootstrapAsync("--wait-seconds", $"{timeout.TotalSeconds}");
        var databases = StartDatabasesAsync(timeout);
        // It waits for the databases: what ends before them says why they never start.
        if (await Task.WhenAny(run, databases) == run && await run is { ExitCode: not 0 } failed)
            Assert.Fail(failed.Output);
        await databases;
        return await run;
    }

    /// <summary>As the kubelet does it: not before the Secret is there.</summary>
    public async Task StartDatabasesAsync(TimeSpan timeout)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(timeout);
        while (!Api.Names.Contains("redis-secrets") || !Api.Names.Contains("mongodb-secrets"))
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        Mongo.Password = Api.ValueOf("mongodb-secrets", "MONGO_INITDB_ROOT_PASSWORD");
        Redis.Password = Api.ValueOf("redis-secrets", "REDIS_PASSWORD");
        await Mongo.StartAgainAsync(Token);
        await Redis.StartAgainAsync(Token);
    }

    public async Task<JsonObject> ReadAsync(string secret)
    {
        using var client = vault.CreateClient();
        return (JsonObject)(await client.GetFromJsonAsync<JsonObject>($"v1/secret/data/{name}/{secret}", Token))!["data"]!["data"]!;
    }

    public async Task PatchAsync(string secret, string key, string value)
    {
        using var client = vault.CreateClient();
        var data = (JsonObject)(await ReadAsync(secret)).DeepClone();
        data[key] = value;
        using var answer = await client.PostAsJsonAsync($"v1/secret/data/{name}/{secret}", new JsonObject { ["data"] = data }, Token);
        answer.EnsureSuccessStatusCode();
    }

    public async Task LogInAsync(string secret)
    {
        using var client = vault.CreateClient();
        using var answer = await client.PostAsJsonAsync("v1/auth/approle/login", new { role_id = Api.ValueOf(secret, "role_id"), secret_id = Api.ValueOf(secret, "secret_id") }, Token);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>As the API does it, with what Vault tells it.</summary>
    public async Task UseDatabaseAsync()
    {
        var secret = await ReadAsync("mongodb");
        await new MongoClient((string?)secret["connection_string"]).GetDatabase((string?)secret["database_name"])
            .GetCollection<BsonDocument>("c").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Mongo.DisposeAsync();
        await Redis.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
