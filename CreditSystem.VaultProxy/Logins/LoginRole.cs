using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>A login on its way that might fail.</summary>
internal sealed class LoginAttempt(TokenId pair)
{
    public TokenId Pair => pair;

    /// <summary>Of two replicas that want to try the same pair the one with the lower ticket does.</summary>
    public long Ticket { get; } = Random.Shared.NextInt64();

    public bool IsAdmitted { get; set; }
}

/// <param name="Ticket">As in <see cref="LoginAttempt"/>.</param>
internal readonly record struct PeerAttempt(TokenId Pair, long Ticket, bool IsAdmitted);

internal enum LoginTurn
{
    Go,

    /// <summary>Another replica decides first; it will have decided when it is asked again.</summary>
    Ask,

    /// <summary>Others have taken what was left, and may give it back.</summary>
    Withdraw,

    /// <summary>There is no failure left.</summary>
    Refuse,
}

/// <summary>The failures of one role_id, wherever they happened, and the logins under way here.</summary>
internal sealed class LoginRole(TimeProvider time, TimeSpan window)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, long> _failures = [];
    private readonly List<LoginAttempt> _underWay = [];
    private readonly HashSet<TokenId> _known = [];
    private long? _succeededAt;
    private bool _isForgotten;
    private long _lastUsed = time.GetTimestamp();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Orders roles by how long they are not needed any more; those that have worked come last.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    public bool HasFailures
    {
        get
        {
            lock (_gate)
            {
                Prune();
                return _failures.Count > 0;
            }
        }
    }

    /// <returns>Null where there is none to have now; then the role is to be looked up again.</returns>
    /// <param name="changed">To be awaited where it is not decided yet; null where there is no failure left.</param>
    internal LoginAttempt? Reserve(TokenId pair, int limit, out Task? changed, out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            Prune();
            (changed, retryAfter) = (null, default);
            if (_isForgotten)
            {
                changed = Task.CompletedTask;
                return null;
            }

            if (_failures.Count >= limit)
            {
                retryAfter = window - time.GetElapsedTime(_failures.Values.Min());
                return null;
            }

            // One at a time asks the other replicas; of equal pairs a single one is tried.
            if (_failures.Count + _underWay.Count >= limit || _underWay.Exists(attempt => attempt.Pair == pair || !attempt.IsAdmitted))
            {
                changed = _changed.Task;
                return null;
            }

            var reserved = new LoginAttempt(pair);
            _underWay.Add(reserved);
            return reserved;
        }
    }

    /// <param name="others">What is under way in the other replicas, as they said after the reservation.</param>
    internal LoginTurn Judge(LoginAttempt attempt, IReadOnlyCollection<PeerAttempt> others, int limit)
    {
        lock (_gate)
        {
            Prune();
            if (_failures.Count >= limit)
                return LoginTurn.Refuse;
            var isTried = others.Any(other => other.Pair == attempt.Pair && (other.IsAdmitted || other.Ticket < attempt.Ticket));
            if (isTried || _failures.Count + _underWay.Count + others.Count(other => other.Pair != attempt.Pair) > limit)
                return LoginTurn.Withdraw;
            if (others.Any(other => other.Pair == attempt.Pair))
                return LoginTurn.Ask;
            attempt.IsAdmitted = true;
            SignalChange();
            return LoginTurn.Go;
        }
    }

    /// <summary>Lets one login at a time through of a pair that has worked: when it no longer does, one failure tells.</summary>
    /// <returns>Null where it may go; else what to await before asking again.</returns>
    internal Task? EnterKnown(TokenId pair)
    {
        lock (_gate)
            return _known.Add(pair) ? null : _changed.Task;
    }

    internal void LeaveKnown(TokenId pair)
    {
        lock (_gate)
            _known.Remove(pair);
    }

    internal void End(LoginAttempt? attempt, bool hasFailed)
    {
        lock (_gate)
        {
            if (attempt is not null)
                _underWay.Remove(attempt);
            if (hasFailed)
                _failures[Guid.NewGuid()] = _lastUsed = time.GetTimestamp();
            SignalChange();
        }
    }

    internal void Succeed(long startedAt)
    {
        lock (_gate)
        {
            if (_succeededAt is null || startedAt > _succeededAt)
                _succeededAt = startedAt;
            _lastUsed = long.MaxValue;
            foreach (var (id, at) in _failures)
            {
                if (at <= startedAt)
                    _failures.Remove(id);
            }
        }
    }

    /// <summary>Takes over what another replica knows.</summary>
    internal void Merge(IEnumerable<KeyValuePair<Guid, long>> failures, long? succeededAt)
    {
        if (succeededAt is { } success)
            Succeed(success);
        lock (_gate)
        {
            foreach (var (id, at) in failures)
                _failures.TryAdd(id, at);
            Prune();
        }
    }

    internal (IReadOnlyList<KeyValuePair<Guid, long>> Failures, long? SucceededAt, IReadOnlyList<PeerAttempt> UnderWay) Describe()
    {
        lock (_gate)
        {
            Prune();
            return (
                [.. _failures], _succeededAt, [.. _underWay.Select(
                    attempt => new PeerAttempt(attempt.Pair, attempt.Ticket, attempt.IsAdmitted))]);
        }
    }

    /// <returns>True where no login is under way and none has ever worked; who has found it before must look it up again.</returns>
    internal bool TryForget()
    {
        lock (_gate)
            return _isForgotten = _underWay.Count == 0 && _known.Count == 0 && _succeededAt is null;
    }

    // What waits goes on elsewhere, not under the lock.
    private void SignalChange()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private void Prune()
    {
        foreach (var (id, at) in _failures)
        {
            if (time.GetElapsedTime(at) >= window || at < _succeededAt)
                _failures.Remove(id);
        }
    }
}
