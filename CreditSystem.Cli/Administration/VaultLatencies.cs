using CreditSystem.Secrets.Vault;

namespace CreditSystem.Cli.Administration;

/// <summary>How long the calls take here, next to what the original says of them.</summary>
internal static class VaultLatencies
{
    private const int Repetitions = 5;
    private const int CachedReads = 100_000;

    internal sealed record Health(int? Status, string? Version, bool Sealed);

    internal static async Task<Health> MeasureHealthAsync(CommandSession session, List<VaultStatusCommand.Latency> latencies,
        CancellationToken cancellationToken)
    {
        try
        {
            var client = session.Secrets.Clients.Create(login: null);
            var health = await client.V1.System.GetHealthStatusAsync(standbyOk: true).WaitAsync(cancellationToken);
            latencies.Add(new(
                "health", await MedianAsync(session, () => client.V1.System.GetHealthStatusAsync(standbyOk: true), cancellationToken), 30));
            return new Health(health.HttpStatusCode, health.Version, health.Sealed);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    internal static async Task MeasureAsync(CommandSession session, List<VaultStatusCommand.Latency> latencies,
        CancellationToken cancellationToken)
    {
        var (secrets, time) = (session.Secrets, session.Time);
        await secrets.Session.GetTokenAsync(cancellationToken);
        // The first one has opened the connection.
        var start = time.GetTimestamp();
        var first = await secrets.Session.ReplaceAsync(cancellationToken);
        latencies.Add(new("login", time.GetElapsedTime(start).TotalMilliseconds, 150));
        if (first is not null)
            await secrets.Session.RevokeAsync(first);
        await AddAsync("renewal", 100, () => secrets.Session.CallAsync(client => client.V1.Auth.Token.RenewSelfAsync(), cancellationToken));
        await secrets.Store.RefreshAsync(cancellationToken);
        if (secrets.Store.Snapshot is not { Secrets: [var secret, ..] } || secret.Values.Keys is not [var key, ..])
            return;
        var mount = session.Options.MountPoint;
        await AddAsync("read through the proxy", 50, () => secrets.Session.CallAsync(
            client => client.V1.Secrets.KeyValue.V2.ReadSecretAsync(secret.Path, mountPoint: mount), cancellationToken));
        latencies.Add(new("cached read", CachedRead(session, $"{secret.Name}:{key}"), 50));

        async Task AddAsync(string name, double original, Func<Task> call) =>
            latencies.Add(new(name, await MedianAsync(session, call, cancellationToken), original));
    }

    /// <summary>What the services of the API do: they ask the configuration.</summary>
    internal static double CachedRead(CommandSession session, string key)
    {
        for (var i = 0; i < CachedReads; i++)
            _ = session.Configuration[key];
        var start = session.Time.GetTimestamp();
        for (var i = 0; i < CachedReads; i++)
            _ = session.Configuration[key];
        return session.Time.GetElapsedTime(start).TotalMilliseconds / CachedReads;
    }

    private static async Task<double> MedianAsync(CommandSession session, Func<Task> call, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var start = session.Time.GetTimestamp();
            await call().WaitAsync(cancellationToken);
            times.Add(session.Time.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repetitions / 2);
    }
}
