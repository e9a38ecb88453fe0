using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>The Vault nodes: picks one per attempt, and learns from what came back.</summary>
internal sealed class UpstreamPool(IOptions<VaultProxyOptions> options)
{
    private readonly Signal _probeNow = new();

    public IReadOnlyList<UpstreamNode> Nodes { get; } =
        [.. options.Value.Upstreams.Select((address, index) => new UpstreamNode(index, address.TrimEnd('/')))];

    /// <summary>Every node that has been probed is sealed.</summary>
    public bool IsSealed => Nodes.All(node => node.State == NodeState.Sealed);

    public bool HasUsableNode => Nodes.Any(node => node.IsUsable);

    /// <summary>The best usable node that <paramref name="tried"/> does not name; null if there is none.</summary>
    /// <param name="tried">One bit per index of a node.</param>
    public UpstreamNode? Select(ulong tried = 0)
    {
        UpstreamNode? best = null;
        for (var i = 0; i < Nodes.Count; i++)
        {
            var node = Nodes[i];
            if (node.IsUsable && (tried & (1UL << i)) == 0 && (best is null || node.Rank < best.Rank))
                best = node;
        }

        return best;
    }

    /// <summary>A node to ask what is wrong: one that answers, rather than one that cannot be reached.</summary>
    public UpstreamNode SelectAny() => Select() ?? Nodes.MinBy(node => node.State)!;

    /// <summary>The first sealed node, so that all shares of a key reach the same one; else one that answers.</summary>
    public UpstreamNode SelectSealed() => Nodes.FirstOrDefault(node => node.State == NodeState.Sealed) ?? SelectAny();

    /// <summary>The node at that scheme, host and port; null where none of the configured ones is.</summary>
    internal UpstreamNode? Find(Uri address) => Nodes.FirstOrDefault(node => Uri.Compare(
        new Uri(node.Address), address, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0);

    /// <summary>The node has said so itself, before any probe could have.</summary>
    internal void ReportNotActive(UpstreamNode node)
    {
        node.SetStandby();
        RequestProbe();
    }

    internal void ReportUnreachable(UpstreamNode node)
    {
        node.SetUnreachable();
        RequestProbe();
    }

    /// <summary>
    /// Takes note of a response. 503 is Vault's word for sealed, which YARP's passive check, made for transport errors, never sees.
    /// </summary>
    internal void ReportStatus(UpstreamNode node, int status)
    {
        if (status is not (500 or 502 or 503 or 504))
            node.CountSuccess();
        else
            ReportError(node, decisive: status == 503);
    }

    internal void ReportError(UpstreamNode node, bool decisive)
    {
        if (node.CountError(decisive))
            RequestProbe();
    }

    internal void RequestProbe() => _probeNow.Raise();

    /// <summary>Returns after the interval, or as soon as a failure asks for a probe.</summary>
    internal Task WaitForProbeAsync(TimeSpan interval, CancellationToken cancellationToken) =>
        _probeNow.WaitAsync(interval, TimeProvider.System, cancellationToken);
}
