using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Submissions;

/// <summary>
/// What waits for a commit, apart by tenant. Blocks are filled in turns (deficit round robin), so that a tenant with much to do
/// delays the others by a block and not by all that it has sent; and a tenant gets at most as much room as it leaves free, so
/// that none can fill the queue for the others. Any thread may add; one takes.
/// </summary>
/// <param name="capacity">How much one tenant alone may have waiting; all together have twice that.</param>
/// <param name="memory">How much there may be for want of memory.</param>
/// <param name="quantum">How much a tenant may take in one turn.</param>
internal sealed class SubmissionQueue(int capacity, SharedAllowance.Share memory, int quantum)
{
    /// <summary>How many tenants' turns fill a block, where that many have much to do.</summary>
    public const int TurnsPerBlock = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<string, SubmissionLane> lanes = new(StringComparer.Ordinal);
    private readonly LinkedList<SubmissionLane> turns = [];
    private readonly Queue<Submission> reads = new();
    private TaskCompletionSource? arrival;
    private TaskCompletionSource? drained;
    private bool isOpen = true;
    private int depth;
    private bool completed;
    private bool woken;

    /// <summary>What waits or is being committed.</summary>
    public int Depth => Volatile.Read(ref depth);

    /// <summary>Whether it takes commands; reads it takes always.</summary>
    public bool IsOpen => Volatile.Read(ref isOpen);

    public void Open()
    {
        lock (gate)
            isOpen = true;
    }

    /// <summary>Takes no more commands. Completes when none waits or is being committed.</summary>
    public Task CloseAsync()
    {
        lock (gate)
        {
            isOpen = false;
            if (depth == 0)
                return Task.CompletedTask;
            drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return drained.Task;
        }
    }

    /// <exception cref="LedgerUnavailableException">It does not wait.</exception>
    public void Add(Submission submission, LedgerMetrics metrics)
    {
        if (TryAdd(submission) is not { } reason)
            return;
        if (reason == LedgerUnavailableReason.QueueFull)
            metrics.Rejected("queue_full");
        throw LedgerUnavailableException.Refused(reason);
    }

    /// <returns>Null when it waits now; else why not.</returns>
    public LedgerUnavailableReason? TryAdd(Submission submission)
    {
        lock (gate)
        {
            if (completed)
                return LedgerUnavailableReason.Stopping;
            if (submission.Weight == 0)
                reads.Enqueue(submission);
            else if (!isOpen)
                return LedgerUnavailableReason.NotOwner;
            else if (!TryAddToLane(submission))
                return LedgerUnavailableReason.QueueFull;
            arrival?.TrySetResult();
            return null;
        }
    }

    /// <summary>Lets the one that takes have its turn although nothing has come in.</summary>
    public void Wake()
    {
        lock (gate)
        {
            woken = true;
            arrival?.TrySetResult();
        }
    }

    /// <returns>False once the queue is completed and empty.</returns>
    public async Task<bool> WaitAsync()
    {
        while (true)
        {
            Task waiting;
            lock (gate)
            {
                if (woken || reads.Count > 0 || turns.Count > 0)
                    return true;
                if (completed)
                    return false;
                arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = arrival.Task;
            }
            await waiting;
        }
    }

    /// <summary>What goes into the next block: all reads, and commands of at most <paramref name="most"/> or of one submission.</summary>
    public List<Submission> Take(int most)
    {
        lock (gate)
        {
            woken = false;
            var (batch, weight) = (new List<Submission>(reads), 0);
            reads.Clear();
            while (turns.First?.Value is { } lane && weight < most)
            {
                // It has the first turn of the next block.
                if (!lane.TryFill(batch, ref weight, most, quantum))
                    return batch;
                turns.RemoveFirst();
                if (lane.Waiting.Count > 0)
                    turns.AddLast(lane);
            }
            return batch;
        }
    }

    /// <summary>Everything that waits.</summary>
    public List<Submission> Drain()
    {
        lock (gate)
        {
            List<Submission> drained = [.. reads, .. turns.SelectMany(lane => lane.Waiting)];
            reads.Clear();
            foreach (var lane in turns)
                lane.Waiting.Clear();
            turns.Clear();
            return drained;
        }
    }

    /// <summary>Gives its room back: to be called once for each submission that was taken or drained.</summary>
    public void Release(Submission submission)
    {
        if (submission.Weight == 0)
            return;
        lock (gate)
        {
            var lane = lanes[submission.Tenant];
            lane.Depth -= submission.Weight;
            depth -= submission.Weight;
            memory.Report(depth);
            if (lane.Depth == 0)
                lanes.Remove(submission.Tenant);
            if (depth == 0)
            {
                drained?.TrySetResult();
                drained = null;
            }
        }
    }

    public void Complete()
    {
        lock (gate)
        {
            completed = true;
            arrival?.TrySetResult();
        }
    }

    private bool TryAddToLane(Submission submission)
    {
        var lane = lanes.GetValueOrDefault(submission.Tenant) ?? new SubmissionLane();
        // A request that alone is larger than its share is let in when its tenant has nothing else waiting.
        var most = Math.Min(capacity, memory.Limit);
        var isAdmitted = lane.Depth + submission.Weight <= 2 * most - depth || lane.Depth == 0 && depth < most;
        if (!isAdmitted)
            return false;
        lanes[submission.Tenant] = lane;
        if (lane.Waiting.Count == 0)
            turns.AddLast(lane);
        lane.Waiting.Enqueue(submission);
        lane.Depth += submission.Weight;
        depth += submission.Weight;
        memory.Report(depth);
        return true;
    }
}
