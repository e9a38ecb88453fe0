namespace CreditSystem.Api.Health;

/// <summary>Opens the connections at the start, beside it, so that the first request does not pay for them.</summary>
internal sealed class HealthWarmUp(HealthProbes probes) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the thread that starts the host: connecting may block.
        await Task.Yield();
        await Task.WhenAll(probes.Mongo.CheckAsync(), probes.Redis.CheckAsync());
    }
}
