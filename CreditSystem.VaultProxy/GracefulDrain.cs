using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy;

/// <summary>
/// Between SIGTERM, with which <c>/ready</c> turns to no, and the closing of the port: requests are still taken, because a
/// cluster goes on sending them until every node has learned that this replica is leaving. Then Kestrel closes the port and
/// waits for the requests in flight, as long as the host's shutdown timeout allows.
/// </summary>
internal sealed partial class GracefulDrain(IOptions<VaultProxyOptions> options, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<GracefulDrain> logger) : HostedLifecycle
{
    private readonly DrainOptions _options = options.Value.Drain;

    /// <summary>Connections are not to be used again, so that clients look for another replica.</summary>
    internal bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested;

    public override async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Draining(logger, _options.DelaySeconds, _options.TimeoutSeconds);
        // Idempotent; says so as well when the host is stopped by code instead of a signal.
        lifetime.StopApplication();
        await Task.Delay(TimeSpan.FromSeconds(_options.DelaySeconds), time, cancellationToken);
    }

    /// <summary>The host's own limit has to cover both parts of the drain.</summary>
    internal static void ConfigureHost(HostOptions host, IOptions<VaultProxyOptions> proxy) =>
        host.ShutdownTimeout = TimeSpan.FromSeconds(proxy.Value.Drain.DelaySeconds + proxy.Value.Drain.TimeoutSeconds);

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Information,
            "Leaving: not ready from now on; the port closes in {DelaySeconds} s, requests in flight then have {TimeoutSeconds} s.")]
        internal static partial void Draining(ILogger logger, double delaySeconds, double timeoutSeconds);
    }
}
