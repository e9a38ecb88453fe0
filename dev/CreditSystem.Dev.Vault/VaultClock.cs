namespace CreditSystem.Dev.Vault;

/// <summary>The one clock of the server. It can be moved forward, so that tokens and leases expire at once.</summary>
internal sealed class VaultClock(TimeProvider inner) : TimeProvider
{
    private long _skippedTicks;

    public TimeSpan Skipped => TimeSpan.FromTicks(Interlocked.Read(ref _skippedTicks));

    public override long TimestampFrequency => inner.TimestampFrequency;

    public void Skip(TimeSpan time) => Interlocked.Add(ref _skippedTicks, time.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Skipped;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
