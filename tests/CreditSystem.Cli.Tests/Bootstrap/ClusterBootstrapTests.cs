using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap as the Job of <c>deploy/vault/bootstrap</c> runs it: what it makes goes into Secrets, and the databases start from them.</summary>
public sealed class ClusterBootstrapTests(VaultServer vaults)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_with_nothing_in_it_gets_its_Secrets_from_which_the_databases_start()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);

        var run = cluster.BootstrapAsync("--wait-seconds", "60");
        await cluster.StartDatabasesAsync(Patience);
        var (exitCode, output) = await run;

        Assert.True(exitCode == 0, output);
        Assert.Equal(["mongodb-secrets", "redis-secrets", "vault-approle-creds", "vault-rotator-creds"], cluster.Api.Names);
        Assert.Equal(cluster.Api.ValueOf("mongodb-secrets", "MONGO_INITDB_ROOT_PASSWORD"), (string?)(await cluster.ReadAsync("mongodb"))["root_password"]);
        Assert.Equal(cluster.Api.ValueOf("redis-secrets", "REDIS_PASSWORD"), (string?)(await cluster.ReadAsync("redis"))["password"]);
        await cluster.LogInAsync("vault-approle-creds");
        await cluster.LogInAsync("vault-rotator-creds");
        await cluster.UseDatabaseAsync();
        Assert.All(cluster.Values, value => Assert.DoesNotContain(value, output, StringComparison.Ordinal));

        (exitCode, output) = await cluster.BootstrapAsync();
        Assert.True(exitCode == 0, output);
        Assert.Contains("Changed: 0.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_that_an_operator_changed_in_Vault_reach_the_running_databases_and_their_next_start()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);
        await cluster.BootstrapWithDatabasesAsync(Patience);
        await cluster.PatchAsync("redis", "password", "of-redis-changed");
        await cluster.PatchAsync("mongodb", "root_password", "of-mongodb-changed");

        var (exitCode, output) = await cluster.BootstrapAsync();

        Assert.True(exitCode == 0, output);
        Assert.Equal("of-redis-changed", cluster.Api.ValueOf("redis-secrets", "REDIS_PASSWORD"));
        Assert.Equal("of-mongodb-changed", cluster.Api.ValueOf("mongodb-secrets", "MONGO_INITDB_ROOT_PASSWORD"));
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{cluster.Redis.Port},password=of-redis-changed");
        await redis.GetDatabase().PingAsync();
        var administrator = new MongoUrlBuilder(cluster.Mongo.ConnectionString) { Password = "of-mongodb-changed" }.ToString();
        await new MongoClient(administrator).GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("usersInfo", 1), cancellationToken: Token);
        Assert.DoesNotContain("-changed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_that_an_operator_made_are_taken_over()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);
        cluster.Api.Create("mongodb-secrets", new Dictionary<string, string> { ["MONGO_INITDB_ROOT_PASSWORD"] = "mongodb-by-hand" });
        cluster.Api.Create("redis-secrets", new Dictionary<string, string> { ["REDIS_PASSWORD"] = "redis-by-hand" });

        var (exitCode, output) = await cluster.BootstrapWithDatabasesAsync(Patience);

        Assert.True(exitCode == 0, output);
        Assert.Equal("mongodb-by-hand", (string?)(await cluster.ReadAsync("mongodb"))["root_password"]);
        Assert.Equal("redis-by-hand", (string?)(await cluster.ReadAsync("redis"))["password"]);
    }

    [Fact]
    public async Task A_dry_run_makes_no_Secret_and_waits_for_no_database()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);

        var (exitCode, output) = await cluster.BootstrapAsync("--dry-run", "--wait-seconds", "600").WaitAsync(Patience, Token);

        Assert.True(exitCode == 0, output);
        Assert.Empty(cluster.Api.Names);
        Assert.Contains("+ Secret credit-system/redis-secrets: REDIS_PASSWORD", output, StringComparison.Ordinal);
        Assert.Contains("in Secret credit-system/vault-approle-creds", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_never_starts_ends_the_run_and_the_next_one_goes_on()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);

        var (exitCode, output) = await cluster.BootstrapAsync("--wait-seconds", "1");
        Assert.Equal(1, exitCode);
        Assert.Contains($"Redis at 127.0.0.1:{cluster.Redis.Port} does not answer", output, StringComparison.Ordinal);
        var secretId = cluster.Api.SecretId;

        (exitCode, output) = await cluster.BootstrapWithDatabasesAsync(Patience);
        Assert.True(exitCode == 0, output);
        Assert.Equal(secretId, cluster.Api.SecretId);
    }

    [Theory]
    [InlineData(nameof(ApiFault.Forbidden), "needs 'create' on this Secret")]
    [InlineData(nameof(ApiFault.Unavailable), "answers 503 ServiceUnavailable to create (the server is currently unable to handle the request). Run it again: what is done stays.")]
    public async Task Says_why_a_Secret_could_not_be_made(string fault, string message)
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);
        cluster.Api.Fault = method => method == "POST" ? Enum.Parse<ApiFault>(fault) : ApiFault.None;

        var (exitCode, output) = await cluster.BootstrapAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    /// <summary>An API server, a Vault, and two databases that start once their Secrets are there.</summary>
    private sealed class EmptyCluster : IAsyncDisposable
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

        public async Task<(int ExitCode, string Output)> BootstrapWithDatabasesAsync(TimeSpan patience)
        {
            var run = BootstrapAsync("--wait-seconds", $"{patience.TotalSeconds}");
            await StartDatabasesAsync(patience);
            return await run;
        }

        /// <summary>As the kubelet does it: not before the Secret is there.</summary>
        public async Task StartDatabasesAsync(TimeSpan patience)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(patience);
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
}
