using CreditSystem.Secrets;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using MongoDB.Driver;
using StackExchange.Redis;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>Drives the whole area through good and bad times with secrets that can be searched for, and searches everything it says.</summary>
public sealed class CanaryTests(MongoServer mongo, RedisServer redis)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_secret_is_in_a_log_a_trace_a_metric_an_exception_or_a_dump()
    {
        using var heard = new Eavesdropper();
        await using var own = await RedisInstance.StartAsync(TestContext.Current.CancellationToken);
        await using var host = await ConnectionsHost.StartAsync(mongo, redis, ear: heard, ownRedis: own);
        var secrets = new List<string> { MinimalVault.RoleId, "secret-canary", "hvs.canary", "canary-short", "canary-that", SecretsSetup.SigningKey, host.Redis.Password, host.MongoPassword };

        await DriveThroughGoodTimesAsync(host, heard, secrets);
        await DriveThroughBadTimesAsync(host, heard);
        heard.RecordGauges();
        heard.Hear(host.Configuration.GetRedactedDebugView());
        heard.Hear(string.Join(' ', host.Secrets.Sources));
        heard.Hear($"{host.Secrets.Snapshot} {host.Session.Current} {string.Join(' ', host.Secrets.Snapshot!.Secrets)}");

        Assert.True(heard is { Logs: > 50, Spans: > 10, Measurements: > 20 }, $"{heard.Logs} logs, {heard.Spans} spans, {heard.Measurements} measurements");
        Assert.All(secrets, secret => Assert.Empty(heard.Holding(secret)));
    }

    /// <summary>Logins, renewals, another password, another secret_id, a wrapped one, a token that is gone.</summary>
    private static async Task DriveThroughGoodTimesAsync(ConnectionsHost host, Eavesdropper heard, List<string> secrets)
    {
        await ExerciseAsync(host, heard);
        secrets.Add(await host.ChangeMongoPasswordAsync());
        host.WriteMongo(secrets[^1]);
        await ExerciseAsync(host, heard);
        host.Vault.RevokeAll();
        await host.Secrets.RefreshAsync(Token);
        host.Renewal.UseNewCredentials();
        await host.Renewal.StepAsync(Token);
        await host.Renewal.Retirement;
    }

    /// <summary>Answers that help nobody, rules that are broken, servers that refuse or are away.</summary>
    private static async Task DriveThroughBadTimesAsync(ConnectionsHost host, Eavesdropper heard)
    {
        foreach (var status in new[] { 400, 404, 429, 500, 503 })
        {
            host.Vault.Fault = _ => status;
            await host.Secrets.RefreshAsync(Token);
            await host.Renewal.StepAsync(Token);
        }

        host.Vault.Fault = _ => null;
        host.Vault.Write("credit-system/app", new { secret_key = "canary-short" });
        await host.Secrets.RefreshAsync(Token);
        host.Vault.Write("credit-system/app", new { secret_key = SecretsSetup.SigningKey });
        host.WriteMongo("canary-that-the-server-refuses");
        await host.Secrets.RefreshAsync(Token);
        await ExerciseAsync(host, heard);
        await host.Redis.KillAsync();
        await ExerciseAsync(host, heard);
    }

    /// <summary>Asks what there is to ask, and uses both connections, whatever comes of it.</summary>
    private static async Task ExerciseAsync(ConnectionsHost host, Eavesdropper heard)
    {
        foreach (var path in new[] { "/health", "/vault/status", "/config/sources" })
            heard.Hear(await (await host.Client.GetAsync(path, Token)).Content.ReadAsStringAsync(Token));
        try
        {
            await host.MongoConnection.ExecuteAsync(async (database, token) => await (await database.ListCollectionNamesAsync(cancellationToken: token)).ToListAsync(token), Token);
            await host.RedisConnection.ExecuteAsync((database, _) => database.StringSetAsync("a", "1"), Token);
        }
        catch (Exception exception) when (exception is MongoException or RedisException or TimeoutException)
        {
            heard.Hear(exception.ToString());
        }
    }
}
