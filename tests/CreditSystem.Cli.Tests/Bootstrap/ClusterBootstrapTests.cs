using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Cli.Tests.Bootstrap;

/// <summary>The bootstrap as the Job of <c>deploy/vault/bootstrap</c> runs it: what it makes goes into Secrets, and the databases start from them.</summary>
public sealed class ClusterBootstrapTests(VaultServer vaults)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_with_nothing_in_it_gets_its_Secrets_from_which_the_databases_start()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);

        var run = cluster.BootstrapAsync("--wait-seconds", "60");
        await cluster.StartDatabasesAsync(Timeout);
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
        await cluster.BootstrapWithDatabasesAsync(Timeout);
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

        var (exitCode, output) = await cluster.BootstrapWithDatabasesAsync(Timeout);

        Assert.True(exitCode == 0, output);
        Assert.Equal("mongodb-by-hand", (string?)(await cluster.ReadAsync("mongodb"))["root_password"]);
        Assert.Equal("redis-by-hand", (string?)(await cluster.ReadAsync("redis"))["password"]);
    }

    [Fact]
    public async Task A_dry_run_makes_no_Secret_and_waits_for_no_database()
    {
        await using var cluster = await EmptyCluster.StartAsync(vaults);

        var (exitCode, output) = await cluster.BootstrapAsync("--dry-run", "--wait-seconds", "600").WaitAsync(Timeout, Token);

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

        (exitCode, output) = await cluster.BootstrapWithDatabasesAsync(Timeout);
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
}
