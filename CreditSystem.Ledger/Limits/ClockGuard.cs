using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Limits;

/// <summary>
/// Compares the clock of this replica with that of the storage, which all replicas share. The time of a block decides what has
/// expired, for good and for all tenants of its log: a replica whose clock is ahead may not write one.
/// </summary>
internal sealed partial class ClockGuard(IBlockStore store, TimeProvider time, ILogger logger)
{
    /// <summary>How far ahead a clock that writes may be.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(1);

    private volatile Measurement? latest;

    /// <summary>By how much the clock is ahead (positive) or behind, in seconds; null where the storage has not told.</summary>
    public double? SkewSeconds => latest is { StoreClock: not null } measured ? AheadOf(measured, time.GetUtcNow()).TotalSeconds : null;

    /// <summary>The time of a block, Unix milliseconds: the very reading that was compared.</summary>
    /// <exception cref="LedgerUnavailableException">The clock is ahead: nothing may be written with its time.</exception>
    public async ValueTask<long> ReadAsync(CancellationToken cancellationToken)
    {
        var (measured, now) = (latest, time.GetUtcNow());
        if (measured is null || time.GetElapsedTime(measured.Timestamp) >= RefreshAfter || AheadOf(measured, now) > Tolerance)
            (measured, now) = (await MeasureAsync(cancellationToken), time.GetUtcNow());
        if (AheadOf(measured, now) is var ahead && ahead <= Tolerance)
            return now.ToUnixTimeMilliseconds();
        ClockGuardLog.Ahead(logger, ahead.TotalSeconds);
        throw new LedgerUnavailableException("The clock of this replica is ahead of the database's.", LedgerUnavailableReason.ClockAhead);
    }

    private async Task<Measurement> MeasureAsync(CancellationToken cancellationToken)
    {
        // Taken before the question: however long the answer takes, it makes the clock look less ahead, never more.
        var timestamp = time.GetTimestamp();
        try
        {
            return latest = new Measurement(await store.ReadClockAsync(cancellationToken), timestamp);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new LedgerUnavailableException("The database does not tell its time.", LedgerUnavailableReason.Storage, exception);
        }
    }

    // Steady time has passed since the measurement; whatever the clock has moved beyond that, it was set.
    private TimeSpan AheadOf(Measurement measured, DateTimeOffset now) => measured.StoreClock is { } storeClock
        ? now - DateTimeOffset.FromUnixTimeMilliseconds(storeClock) - time.GetElapsedTime(measured.Timestamp)
        : TimeSpan.Zero;

    private sealed record Measurement(long? StoreClock, long Timestamp);

    private static partial class ClockGuardLog
    {
        [LoggerMessage(
            3008, LogLevel.Error,
            "The clock of this replica is {Seconds} s ahead of the database's: it writes nothing to the ledger until that is put right")]
        public static partial void Ahead(ILogger logger, double seconds);
    }
}
