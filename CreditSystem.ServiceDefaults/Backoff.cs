namespace CreditSystem.ServiceDefaults;

/// <summary>How long to leave a failing server alone: doubling, bounded, with jitter, so that replicas do not come back at once.</summary>
/// <param name="first">The longest wait after the first failure.</param>
/// <param name="longest">The longest wait of all.</param>
/// <param name="time">Tells when a wait is over.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private const int MaxDoublings = 30;

    private readonly Lock _lock = new();
    private int _failures;
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>Whether the wait after the last failure is not over yet.</summary>
    public bool IsHolding
    {
        get
        {
            lock (_lock)
                return time.GetUtcNow() < _until;
        }
    }

    /// <summary>The wait after so many failures: between half of the doubled first one and all of it.</summary>
    /// <param name="first">The longest wait after the first failure.</param>
    /// <param name="longest">The longest wait of all.</param>
    /// <param name="failures">1 after the first.</param>
    public static TimeSpan After(TimeSpan first, TimeSpan longest, int failures) =>
        Spread(Longest(first, longest, failures) * 0.75, 1 / 3d);

    /// <summary>The longest wait after so many failures: for what only one replica does, so that nothing need be spread.</summary>
    /// <inheritdoc cref="After" path="/param"/>
    public static TimeSpan Longest(TimeSpan first, TimeSpan longest, int failures)
    {
        var doubled = first * Math.Pow(2, Math.Clamp(failures - 1, 0, MaxDoublings));
        return doubled < longest ? doubled : longest;
    }

    /// <summary>About that long, each time another.</summary>
    /// <param name="about">The mean.</param>
    /// <param name="share">How far from it at most, as a share of it: 0 to 1.</param>
    public static TimeSpan Spread(TimeSpan about, double share = 0.2) => about * (1 - share + Chance() * 2 * share);

    /// <summary>The server has answered.</summary>
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
            var wait = After(first, longest, ++_failures);
            _until = time.GetUtcNow() + wait;
            return wait;
        }
    }

#pragma warning disable CA5394 // Spreads replicas apart; nothing here is a secret.
    private static double Chance() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
