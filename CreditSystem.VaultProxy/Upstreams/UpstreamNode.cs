namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>One Vault node and what is known of it.</summary>
internal sealed class UpstreamNode(int index, string address)
{
    /// <summary>Server errors in a row after which a node is only used when there is no better one.</summary>
    private const int SuspectAfterErrors = 3;

    private volatile NodeState _state = NodeState.Unknown;
    private volatile bool _suspect;
    private int _errorsInRow;

    public int Index => index;

    /// <summary>Scheme and authority, without a trailing slash.</summary>
    public string Address => address;

    public NodeState State => _state;

    /// <summary>Failed requests since its last good probe; used last among the usable ones.</summary>
    public bool IsSuspect => _suspect;

    public bool IsUsable => _state < NodeState.Unusable;

    internal int Rank => (int)_state + (_suspect ? (int)NodeState.Unusable : 0);

    /// <returns>The state before.</returns>
    internal NodeState SetProbed(NodeState state)
    {
        var before = _state;
        _state = state;
        _suspect = false;
        Volatile.Write(ref _errorsInRow, 0);
        return before;
    }

    internal void SetStandby()
    {
        if (_state is NodeState.Active or NodeState.Unknown)
            _state = NodeState.Standby;
    }

    internal void SetUnreachable() => _state = NodeState.Unreachable;

    /// <returns>True when the node has just become suspect.</returns>
    internal bool CountError(bool decisive)
    {
        if (!decisive && Interlocked.Increment(ref _errorsInRow) < SuspectAfterErrors)
            return false;
        if (_suspect)
            return false;
        _suspect = true;
        return true;
    }

    internal void CountSuccess()
    {
        if (Volatile.Read(ref _errorsInRow) != 0)
            Volatile.Write(ref _errorsInRow, 0);
    }
}
