using CreditSystem.Ledger.Submissions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>A clock that the test turns, and that knows how many wait as long as a request waits for another one.</summary>
internal sealed class WaitingTime : FakeTimeProvider
{
    private int waits;

    /// <summary>Waits of that length that have begun.</summary>
    public int Waits => Volatile.Read(ref waits);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        // After it is there, so that turning the clock reaches it.
        if (dueTime == RequestsInFlight.LongestWait)
            Interlocked.Increment(ref waits);
        return timer;
    }
}
