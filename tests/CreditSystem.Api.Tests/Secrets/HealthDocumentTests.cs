using System.Net;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Secrets;

public sealed class HealthDocumentTests(MongoServer mongo, RedisServer redis)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_is_exactly_the_document_of_the_specification()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis);

        Assert.Equal((HttpStatusCode.OK, ConnectionsHost.Healthy), await host.HealthAsync(HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, (await host.HealthAsync(HttpMethod.Head)).Status);
    }

    [Fact]
    public async Task Health_is_degraded_and_names_the_reason_where_requests_are_served_all_the_same()
    {
        await using var own = await RedisInstance.StartAsync(Token);
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, ownRedis: own);
        host.Vault.Fault = _ => 503;
        await host.Secrets.RefreshAsync(Token);

        Assert.Equal(
            (HttpStatusCode.OK, """{"status":"degraded","vault":{"connected":true,"authenticated":true,"health_check":false},"mongodb":{"connected":true,"using_vault_credentials":true},"redis":{"connected":true},"reasons":["vault: is sealed; the last good secrets are in use."]}"""),
            await host.HealthAsync(HttpMethod.Get));

        host.Vault.Fault = _ => null;
        Assert.True(await host.Secrets.RefreshAsync(Token));
        await own.KillAsync();
        await Task.Delay(1200, Token);
        var (status, text) = await host.HealthAsync(HttpMethod.Get);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("""{"status":"degraded",""", text, StringComparison.Ordinal);
        Assert.EndsWith("""{"connected":false},"reasons":["redis: does not answer, or refuses the credentials; limits hold for each replica by itself, and revocations take effect late."]}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_unhealthy_without_the_database()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, withDatabase: false);

        var (status, text) = await host.HealthAsync(HttpMethod.Get);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.StartsWith("""{"status":"unhealthy","vault":{"connected":true,"authenticated":true,"health_check":true},"mongodb":{"connected":false,""", text, StringComparison.Ordinal);
        Assert.Contains("mongodb: the database does not answer, or refuses the credentials.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reason_that_another_part_of_the_service_reports_is_degraded_until_it_is_withdrawn()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis);

        host.HealthReasons.Report("ledger", "ledger: its invariants do not hold.");
        var (status, text) = await host.HealthAsync(HttpMethod.Get);
        host.HealthReasons.Withdraw("ledger");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("""{"status":"degraded",""", text, StringComparison.Ordinal);
        Assert.EndsWith("""["ledger: its invariants do not hold."]}""", text, StringComparison.Ordinal);
        Assert.Equal(ConnectionsHost.Healthy, (await host.HealthAsync(HttpMethod.Get)).Text);
    }

    [Fact]
    public async Task A_flood_of_health_requests_asks_vault_once()
    {
        await using var host = await ConnectionsHost.StartAsync(mongo, redis);
        var before = host.Vault.Count("GET /v1/sys/health");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => host.Client.GetAsync("/health", Token)));

        Assert.InRange(host.Vault.Count("GET /v1/sys/health") - before, 1, 4);
    }
}
