using System.Net;
using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>Asks every node for its health: by the clock, at once after a failure, and more often while a node is out.</summary>
internal sealed partial class HealthProber(UpstreamPool pool, IOptions<VaultProxyOptions> options, ILogger<HealthProber> logger)
    : BackgroundService
{
    private static readonly TimeSpan RecoveryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private readonly UpstreamOptions _options = options.Value.Upstream;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var client = new HttpMessageInvoker(UpstreamConnection.CreateHandler(_options));
        var interval = TimeSpan.FromSeconds(_options.ProbeIntervalSeconds);
        var recovery = interval < RecoveryInterval ? interval : RecoveryInterval;
        while (true)
        {
            await Task.WhenAll(pool.Nodes.Select(node => ProbeAsync(client, node, stoppingToken)));
            var pause = pool.Nodes.All(node => node.IsUsable) ? interval : recovery;
            await pool.WaitForProbeAsync(Backoff.Spread(pause), stoppingToken);
            // A node that fails every request must not be probed at the same rate.
            await Task.Delay(Backoff.Spread(ShortestPause / 2, share: 1), stoppingToken);
        }
    }

    private async Task ProbeAsync(HttpMessageInvoker client, UpstreamNode node, CancellationToken stoppingToken)
    {
        var state = await AskAsync(client, node, stoppingToken);
        var before = node.SetProbed(state);
        if (before == NodeState.Unknown && state < NodeState.Unknown)
            Log.Found(logger, node.Address, state);
        else if (before != state)
            Log.StateChanged(logger, node.Address, before, state);
    }

    private async Task<NodeState> AskAsync(HttpMessageInvoker client, UpstreamNode node, CancellationToken stoppingToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(_options.ProbeTimeoutSeconds));
        // HTTP/2 where TLS offers it, like the requests themselves.
        using var request = new HttpRequestMessage(HttpMethod.Get, node.Address + "/v1/sys/health") { Version = HttpVersion.Version20 };
        UpstreamConnection.NameServer(request, _options);
        try
        {
            using var response = await client.SendAsync(request, timeout.Token);
            return NodeStates.FromHealthStatus((int)response.StatusCode);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            Log.ProbeFailed(logger, node.Address, failure.Message);
            return NodeState.Unreachable;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(22, LogLevel.Information, "Vault node {Node} is {State}.")]
        internal static partial void Found(ILogger logger, string node, NodeState state);

        [LoggerMessage(20, LogLevel.Warning, "Vault node {Node} was {Before}, is {State}.")]
        internal static partial void StateChanged(ILogger logger, string node, NodeState before, NodeState state);

        [LoggerMessage(21, LogLevel.Debug, "Vault node {Node} did not answer its probe: {Reason}")]
        internal static partial void ProbeFailed(ILogger logger, string node, string reason);
    }
}
