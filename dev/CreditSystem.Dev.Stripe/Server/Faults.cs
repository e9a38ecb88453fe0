namespace CreditSystem.Dev.Stripe.Server;

/// <summary>What goes wrong on the way, because somebody has asked for it.</summary>
internal sealed class Faults
{
    private int failures;
    private int lost;

    /// <summary>How long a call takes before it is executed.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The status of the next calls, which are not executed.</summary>
    public int FailureStatus { get; private set; } = 500;

    public void FailNext(int count, int status) => (failures, FailureStatus) = (count, status);

    /// <summary>The next calls are executed, and their answers get lost.</summary>
    public void LoseNext(int count) => lost = count;

    public bool TakeFailure() => Take(ref failures);

    public bool TakeLoss() => Take(ref lost);

    private static bool Take(ref int count)
    {
        if (Interlocked.Decrement(ref count) >= 0)
            return true;
        Interlocked.Exchange(ref count, 0);
        return false;
    }
}
