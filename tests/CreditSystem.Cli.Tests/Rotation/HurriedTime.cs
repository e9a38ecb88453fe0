namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>A clock by which the pauses between attempts take a tenth; what a server is given to answer is longer than they are.</summary>
internal sealed class HurriedTime(TimeSpan ahead = default) : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime <= LongestPause ? dueTime / 10 : dueTime, period);
}
