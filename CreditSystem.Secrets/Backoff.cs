namespace CreditSystem.Secrets;

/// <summary>How long to leave a failing server alone: doubling, bounded, with full jitter over its upper half.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private readonly Lock _lock = new();
    private int _failures;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    public bool IsHolding
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() < _until;
        }
    }

    public void Reset()
    {
        lock (_lock)
        {
            _failures = 0;
            _until = DateTimeOffset.MinValue;
        }
    }

    /// <summary>Counts a failure. How long to wait from now.</summary>
    public TimeSpan Failed()
    {
        lock (_lock)
        {
            var bound = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 20)), longest.TotalMilliseconds);
            var wait = TimeSpan.FromMilliseconds(bound * (0.5 + Jitter() / 2));
            _until = time.GetUtcNow() + wait;
            return wait;
        }
    }

    // Spreads replicas apart; nothing here is a secret.
#pragma warning disable CA5394
    private static double Jitter() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
