namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>Retries are earned by requests, so that an outage multiplies the load by 1 + ratio at most, after a small reserve.</summary>
internal sealed class RetryBudget(double ratio)
{
    /// <summary>Thousandths, so that a fraction can be added without a lock.</summary>
    private const long Unit = 1000;
    private const long Reserve = 20 * Unit;
    private readonly long _perRequest = (long)(ratio * Unit);
    private long _balance = Reserve;

    internal void Earn()
    {
        if (Volatile.Read(ref _balance) < Reserve)
            Interlocked.Add(ref _balance, _perRequest);
    }

    internal bool TrySpend()
    {
        if (Interlocked.Add(ref _balance, -Unit) >= 0)
            return true;
        Interlocked.Add(ref _balance, Unit);
        return false;
    }
}
