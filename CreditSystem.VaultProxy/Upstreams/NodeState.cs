namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>What a node last said of itself, in the order in which nodes are preferred.</summary>
internal enum NodeState
{
    Active,
    PerformanceStandby,

    /// <summary>Forwards to the active node by itself.</summary>
    Standby,

    /// <summary>Not probed yet.</summary>
    Unknown,

    /// <summary>From here on a node gets no requests.</summary>
    Unusable,
    Uninitialized,
    Sealed,
    Unreachable,
}

internal static class NodeStates
{
    /// <summary>
    /// The codes of <c>GET sys/health</c> (https://developer.hashicorp.com/vault/api-docs/system/health). A standby answers
    /// 429 and serves nonetheless; the rule "2xx is healthy" would take every standby for dead.
    /// </summary>
    internal static NodeState FromHealthStatus(int status) => status switch
    {
        200 => NodeState.Active,
        473 => NodeState.PerformanceStandby,
        429 => NodeState.Standby,
        501 => NodeState.Uninitialized,
        503 => NodeState.Sealed,
        // 472: DR secondary; 474: standby without its active node; 530: removed from the cluster.
        _ => NodeState.Unusable,
    };
}
