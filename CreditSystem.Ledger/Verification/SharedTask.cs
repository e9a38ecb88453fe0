namespace CreditSystem.Ledger.Verification;

/// <summary>Work that one does for all who ask while it is under way.</summary>
internal sealed class SharedTask<T>
{
    private readonly Lock gate = new();
    private Task<T>? running;

    /// <summary>Joins the work that is under way, or begins it. The token ends the waiting and not the work.</summary>
    public Task<T> JoinAsync(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (running is null or { IsCompleted: true })
                running = Task.Run(work, CancellationToken.None);
            return running.WaitAsync(cancellationToken);
        }
    }
}
