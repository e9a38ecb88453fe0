using System.Net;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing.Servers;
using MongoDB.Bson;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Tests.Secrets;

public sealed class ConnectionTests(MongoServer mongo)
{
    private const string Healthy =
        """{"status":"healthy","vault":{"connected":true,"authenticated":true,"health_check":true},"mongodb":{"connected":true,"using_vault_credentials":true},"redis":{"connected":true}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void No_connection_string_makes_a_decision_depend_on_a_secondary_or_on_what_may_be_rolled_back()
    {
        using var client = new MongoClient("mongodb://127.0.0.1:1/?readPreference=secondaryPreferred&readConcernLevel=local&w=1");
        var database = MongoConnection.Pinned(client, "ledger");

        Assert.Equal((ReadPreference.Primary, ReadConcern.Majority, WriteConcern.WMajority), (database.Settings.ReadPreference, database.Settings.ReadConcern, database.Settings.WriteConcern));
    }

    [Fact]
    public async Task Health_is_exactly_the_document_of_the_specification()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);

        Assert.Equal((HttpStatusCode.OK, Healthy), await HealthAsync(host, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, (await HealthAsync(host, HttpMethod.Head)).Status);
    }

    [Fact]
    public async Task Health_is_degraded_and_names_the_reason_where_requests_are_served_all_the_same()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);
        host.Vault.Fault = _ => 503;
        await host.Secrets.RefreshAsync(Token);

        Assert.Equal(
            (HttpStatusCode.OK, """{"status":"degraded","vault":{"connected":true,"authenticated":true,"health_check":false},"mongodb":{"connected":true,"using_vault_credentials":true},"redis":{"connected":true},"reasons":["vault: is sealed; the last good secrets are in use."]}"""),
            await HealthAsync(host, HttpMethod.Get));

        host.Vault.Fault = _ => null;
        Assert.True(await host.Secrets.RefreshAsync(Token));
        await host.Redis.KillAsync();
        await Task.Delay(1200, Token);
        var (status, text) = await HealthAsync(host, HttpMethod.Get);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("""{"status":"degraded",""", text, StringComparison.Ordinal);
        Assert.EndsWith("""{"connected":false},"reasons":["redis: does not answer, or refuses the credentials; limits hold for each replica by itself, and revocations take effect late."]}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_unhealthy_without_the_database()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, withDatabase: false);

        var (status, text) = await HealthAsync(host, HttpMethod.Get);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("""{"status":"unhealthy","vault":{"connected":true,"authenticated":true,"health_check":true},"mongodb":{"connected":false,""", text, StringComparison.Ordinal);
        Assert.Contains("mongodb: the database does not answer, or refuses the credentials.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reason_that_another_part_of_the_service_reports_is_degraded_until_it_is_withdrawn()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);

        host.HealthReasons.Report("ledger", "ledger: its invariants do not hold.");
        var (status, text) = await HealthAsync(host, HttpMethod.Get);
        host.HealthReasons.Withdraw("ledger");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("""{"status":"degraded",""", text, StringComparison.Ordinal);
        Assert.EndsWith("""["ledger: its invariants do not hold."]}""", text, StringComparison.Ordinal);
        Assert.Equal(Healthy, (await HealthAsync(host, HttpMethod.Get)).Text);
    }

    [Fact]
    public async Task A_flood_of_health_requests_asks_vault_once()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);
        var before = host.Vault.Count("GET /v1/sys/health");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => host.Client.GetAsync("/health", Token)));

        Assert.InRange(host.Vault.Count("GET /v1/sys/health") - before, 1, 4);
    }

    [Fact]
    public async Task A_changed_mongo_password_fails_no_operation()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);
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
        await using var host = await ConnectionsHost.StartAsync(mongo);
        await InsertAsync(host);
        var dropped = host.User;

        host.WriteMongo(await host.CreateUserAsync());
        await host.DropUserAsync(dropped);

        await InsertAsync(host);
    }

    [Fact]
    public async Task A_changed_redis_password_is_found_by_the_first_refused_command()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);

        await host.Redis.KillAsync();
        host.Redis.Password = "another-password";
        await host.Redis.StartAgainAsync(Token);
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
        await using var host = await ConnectionsHost.StartAsync(mongo, ear: heard);
        await InsertAsync(host);

        host.WriteMongo("not-the-password");
        await host.Secrets.RefreshAsync(Token);

        // Degraded as soon as others are configured; why, once the server has been asked.
        var text = await UntilAsync(host, """{"status":"degraded",""", "mongodb: the server refuses");
        Assert.Contains("\"mongodb\":{\"connected\":true,\"using_vault_credentials\":false}", text, StringComparison.Ordinal);
        Assert.Contains("mongodb: the server refuses the configured credentials; open connections stay in use, and a restart would fail.", text, StringComparison.Ordinal);
        await InsertAsync(host);
        // Once a minute, however often it is tried.
        await Task.Delay(2500, Token);
        Assert.Single(heard.Logged(2102));

        host.WriteMongo(host.MongoPassword);
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(Healthy, await UntilAsync(host, """{"status":"healthy","""));
    }

    /// <summary>Open connections go on working, and the next restart would be the first to fail.</summary>
    [Fact]
    public async Task A_password_that_was_changed_at_mongodb_alone_is_degraded_and_named()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, credentialCheckInterval: "00:00:01");
        await InsertAsync(host);

        var password = await host.ChangeMongoPasswordAsync();
        Assert.Contains("mongodb: the server refuses the configured credentials", await UntilAsync(host, """{"status":"degraded","""), StringComparison.Ordinal);

        host.WriteMongo(password);
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(Healthy, await UntilAsync(host, """{"status":"healthy","""));
    }

    [Fact]
    public async Task A_password_in_vault_that_redis_refuses_is_degraded_and_named_without_a_flood_of_lines()
    {
        using var heard = new Eavesdropper();
        await using var host = await ConnectionsHost.StartAsync(mongo, ear: heard);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);

        host.Vault.Write("credit-system/redis", new { host = "127.0.0.1", port = host.Redis.Port, password = "not-the-password" });
        await host.Secrets.RefreshAsync(Token);

        Assert.Contains("redis: the server refuses the configured credentials; open connections stay in use, and a restart would fail.", await UntilAsync(host, """{"status":"degraded","""), StringComparison.Ordinal);
        await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "2"), Token);
        Assert.Contains("it refuses the credentials", Assert.Single(heard.Logged(2102)), StringComparison.Ordinal);

        host.WriteRedis();
        await host.Secrets.RefreshAsync(Token);
        Assert.Equal(Healthy, await UntilAsync(host, """{"status":"healthy","""));
    }

    private static async Task<(HttpStatusCode Status, string Text)> HealthAsync(ConnectionsHost host, HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "/health");
        using var answer = await host.Client.SendAsync(request, Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>The document of the health once it begins so.</summary>
    private static async Task<string> UntilAsync(ConnectionsHost host, string start, string part = "")
    {
        for (var i = 0; ; i++)
        {
            var (_, text) = await HealthAsync(host, HttpMethod.Get);
            if (text.StartsWith(start, StringComparison.Ordinal) && text.Contains(part, StringComparison.Ordinal))
                return text;
            Assert.True(i < 150, text);
            await Task.Delay(100, Token);
        }
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
