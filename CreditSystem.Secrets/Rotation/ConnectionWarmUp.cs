using CreditSystem.Secrets.Health;

namespace CreditSystem.Secrets.Rotation;

/// <summary>Opens the connections at the start, beside it, so that the first request does not pay for them.</summary>
internal sealed class ConnectionWarmUp(HealthProbes probes) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the thread that starts the host: connecting may block.
        await Task.Yield();
        await Task.WhenAll(probes.Mongo.CheckAsync(), probes.Redis.CheckAsync());
    }
}
