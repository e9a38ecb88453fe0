namespace CreditSystem.Ledger.Submissions;

/// <summary>Submissions that are answered together: the last of them goes on, so that the others cost no turn of the thread pool.</summary>
internal sealed class SubmissionGroup
{
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int open;

    public Task Completion => completion.Task;

    /// <summary>To be called once, with how many there are; some may be done already.</summary>
    public void Expect(int count) => Add(count);

    public void Done() => Add(-1);

    private void Add(int count)
    {
        if (Interlocked.Add(ref open, count) == 0)
            completion.TrySetResult();
    }
}
