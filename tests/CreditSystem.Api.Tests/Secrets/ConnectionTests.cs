using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Tests.Secrets;

public sealed class ConnectionTests(MongoServer mongo, RedisServer redis)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void No_connection_string_makes_a_decision_depend_on_a_secondary_or_on_what_may_be_rolled_back()
    {
        using var client = new MongoClient("mongodb://127.0.0.1:1/?readPreference=secondaryPreferred&readConcernLevel=local&w=1");
        var database = MongoConnection.Pinned(client, "ledger");

        Assert.Equal((ReadPreference.Primary, ReadConcern.Majority, WriteConcern.WMajority), (database.Settings.ReadPreference, database.Settings.ReadConcern, database.Settings.WriteConcern));
    }

    [Fact]
    public async Task A_changed_mongo_password_fails_no_operation()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 16).Select(_ => Task.Run(() => InsertUntilAsync(host, stop.Token), Token)).ToArray();
        await Task.Delay(500, Token);

        for (var i = 0; i < 2; i++)
        {
            var password = await host.ChangeMongoPasswordAsync();
            await Task.Delay(300, Token);
            host.WriteMongo(password);
            await host.Secrets.RefreshAsync(Token);
            await Task.Delay(1500, Token);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), inserted => Assert.True(inserted > 0));
    }

    [Fact]
    public async Task A_dropped_user_is_replaced_by_the_one_that_vault_names()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis);
        await InsertAsync(host);
        var dropped = host.User;

        host.WriteMongo(await host.CreateUserAsync());
        await host.DropUserAsync(dropped);

        await InsertAsync(host);
    }

    [Fact]
    public async Task A_changed_redis_password_is_found_by_the_first_refused_command()
    {
        await using var own = await RedisInstance.StartAsync(Token);
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, ownRedis: own);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);

        await own.KillAsync();
        own.Password = "another-password";
        await own.StartAgainAsync(Token);
        host.WriteRedis();

        var last = "";
        for (var i = 0; i < 40; i++)
        {
            try
            {
                await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "2"), Token);
                return;
            }
            catch (RedisConnectionException exception) when (exception.FailureType != ConnectionFailureType.AuthenticationFailure)
            {
                // The server was away: that no credential can cure.
                last = exception.ToString();
                await Task.Delay(250, Token);
            }
        }

        Assert.Fail(last);
    }

    [Fact]
    public async Task A_password_in_vault_that_mongodb_refuses_is_degraded_and_named_while_the_client_before_stays()
    {
        using var heard = new Eavesdropper();
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, ear: heard);
        await InsertAsync(host);

        host.WriteMongo("not-the-password");
        await host.Secrets.RefreshAsync(Token);

        // Degraded as soon as others are configured; why, once the server has been asked.
        var text = await host.UntilHealthAsync("""{"status":"degraded",""", "mongodb: the server refuses");
        Assert.Contains("\"mongodb\":{\"connected\":true,\"using_vault_credentials\":false}", text, StringComparison.Ordinal);
        Assert.Contains("mongodb: the server refuses the configured credentials; open connections stay in use, and a restart would fail.", text, StringComparison.Ordinal);
        await InsertAsync(host);
        // Once a minute, however often it is tried.
        await Task.Delay(2500, Token);
        Assert.Single(heard.Logged(2102));

        host.WriteMongo(host.MongoPassword);
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(ConnectionsHost.Healthy, await host.UntilHealthAsync("""{"status":"healthy","""));
    }

    /// <summary>Open connections go on working, and the next restart would be the first to fail.</summary>
    [Fact]
    public async Task A_password_that_was_changed_at_mongodb_alone_is_degraded_and_named()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, credentialCheckInterval: "00:00:01");
        await InsertAsync(host);

        var password = await host.ChangeMongoPasswordAsync();
        Assert.Contains("mongodb: the server refuses the configured credentials", await host.UntilHealthAsync("""{"status":"degraded","""), StringComparison.Ordinal);

        host.WriteMongo(password);
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(ConnectionsHost.Healthy, await host.UntilHealthAsync("""{"status":"healthy","""));
    }

    [Fact]
    public async Task A_password_in_vault_that_redis_refuses_is_degraded_and_named_without_a_flood_of_lines()
    {
        using var heard = new Eavesdropper();
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, ear: heard);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);

        host.Vault.Write("credit-system/redis", new { host = "127.0.0.1", port = host.Redis.Port, password = "not-the-password" });
        await host.Secrets.RefreshAsync(Token);

        Assert.Contains("redis: the server refuses the configured credentials; open connections stay in use, and a restart would fail.", await host.UntilHealthAsync("""{"status":"degraded","""), StringComparison.Ordinal);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "2"), Token);
        Assert.Contains("it refuses the credentials", Assert.Single(heard.Logged(2102)), StringComparison.Ordinal);

        host.WriteRedis();
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(ConnectionsHost.Healthy, await host.UntilHealthAsync("""{"status":"healthy","""));
    }

    private static async Task<int> InsertUntilAsync(ConnectionsHost host, CancellationToken stop)
    {
        var inserted = 0;
        while (!stop.IsCancellationRequested)
        {
            await InsertAsync(host);
            inserted++;
        }

        return inserted;
    }

    private static Task<bool> InsertAsync(ConnectionsHost host) => host.MongoConnection.ExecuteAsync(async (database, token) =>
    {
        await database.GetCollection<BsonDocument>("inserted").InsertOneAsync([], options: null, token);
        return true;
    }, Token);
}
