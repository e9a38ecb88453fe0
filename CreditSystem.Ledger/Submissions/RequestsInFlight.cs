using System.Collections.Concurrent;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Submissions;

/// <summary>Of several requests with one id, only one is executed at a time.</summary>
internal sealed class RequestsInFlight(TimeProvider time)
{
    /// <summary>How long a request waits for the outcome of another one with the same id.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> inFlight = new();

    /// <returns>Null when another one with the id is being processed for longer than <see cref="LongestWait"/>.</returns>
    public async Task<Committed[]?> ExclusivelyAsync(Guid id, Func<Task<Committed[]>> submit)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (inFlight.GetOrAdd(id, own) is var first && first != own)
        {
            try
            {
                await first.Task.WaitAsync(LongestWait, time);
            }
            catch (TimeoutException)
            {
                return null;
            }
            // Now the log has its outcome, or, where it failed, decides for one of those that waited and repeats it to the others.
            return await submit();
        }
        try
        {
            return await submit();
        }
        finally
        {
            inFlight.TryRemove(id, out _);
            own.SetResult();
        }
    }
}
