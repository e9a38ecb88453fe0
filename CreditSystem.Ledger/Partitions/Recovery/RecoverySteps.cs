namespace CreditSystem.Ledger.Partitions.Recovery;

/// <summary>A recovery takes as long as the log is long: a time limit applies to each step.</summary>
internal sealed class RecoverySteps(LedgerOptions options, TimeProvider time)
{
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.RecoveryStepSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        return await step(either.Token);
    }
}
