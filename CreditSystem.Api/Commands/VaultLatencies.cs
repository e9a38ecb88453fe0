using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Commands;

/// <summary>How long the calls take here, next to what the original says of them.</summary>
internal static class VaultLatencies
{
    private const int Repetitions = 5;
    private const int CachedReads = 100_000;

    internal sealed record Health(int? Status, string? Version, bool Sealed);

    internal static async Task<Health> MeasureHealthAsync(Operation operation, List<VaultStatusCommand.Latency> latencies, CancellationToken cancellationToken)
    {
        try
        {
            var client = operation.Secrets.Clients.Create(login: null);
            var health = await client.V1.System.GetHealthStatusAsync(standbyOk: true).WaitAsync(cancellationToken);
            latencies.Add(new("health", await MedianAsync(operation, () => client.V1.System.GetHealthStatusAsync(standbyOk: true), cancellationToken), 30));
            return new Health(health.HttpStatusCode, health.Version, health.Sealed);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    internal static async Task MeasureAsync(Operation operation, List<VaultStatusCommand.Latency> latencies, CancellationToken cancellationToken)
    {
        var (secrets, time) = (operation.Secrets, operation.Time);
        await secrets.Session.GetTokenAsync(cancellationToken);
        // The first one has opened the connection.
        var start = time.GetTimestamp();
        var first = await secrets.Session.ReplaceAsync(cancellationToken);
        latencies.Add(new("login", time.GetElapsedTime(start).TotalMilliseconds, 150));
        if (first is not null)
            await secrets.Session.RevokeAsync(first);
        latencies.Add(new("renewal", await MedianAsync(operation, () => secrets.Session.CallAsync(client => client.V1.Auth.Token.RenewSelfAsync(), cancellationToken), cancellationToken), 100));
        await secrets.Store.RefreshAsync(cancellationToken);
        if (secrets.Store.Snapshot is not { Secrets: [var secret, ..] } || secret.Values.Keys is not [var key, ..])
            return;
        latencies.Add(new("read through the proxy", await MedianAsync(
            operation,
            () => secrets.Session.CallAsync(client => client.V1.Secrets.KeyValue.V2.ReadSecretAsync(secret.Path, mountPoint: operation.Options.MountPoint), cancellationToken),
            cancellationToken), 50));
        latencies.Add(new("cached read", CachedRead(operation, $"{secret.Name}:{key}"), 50));
    }

    /// <summary>What the services of the API do: they ask the configuration.</summary>
    internal static double CachedRead(Operation operation, string key)
    {
        for (var i = 0; i < CachedReads; i++)
            _ = operation.Configuration[key];
        var start = operation.Time.GetTimestamp();
        for (var i = 0; i < CachedReads; i++)
            _ = operation.Configuration[key];
        return operation.Time.GetElapsedTime(start).TotalMilliseconds / CachedReads;
    }

    private static async Task<double> MedianAsync(Operation operation, Func<Task> call, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Repetitions; i++)
        {
            var start = operation.Time.GetTimestamp();
            await call().WaitAsync(cancellationToken);
            times.Add(operation.Time.GetElapsedTime(start).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repetitions / 2);
    }
}
