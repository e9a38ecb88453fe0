using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Api.Ledger.Projection;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>
/// Writes accounts and ids behind the log, off the path of a commit: when the log has been quiet for a while, when much
/// of it would have to be replayed, or when a minute has passed. Then forgets cold accounts.
/// </summary>
internal sealed partial class Checkpointer(
    int partition, IProjectionStore projections, LedgerOptions options, LedgerState state, PartitionReader reader, TimeProvider time, ILogger logger)
{
    private const int SegmentIds = 100_000;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private Task<bool>? writing;
    private List<AccountState> taken = [];
    private long lastChange = time.GetTimestamp();
    private long lastWrite = time.GetTimestamp();

    // Since the last checkpoint began; decides when the next one is due.
    private long tail;

    // The block up to which everything has been written.
    private long covered;

    public void StartBehind(long block)
    {
        covered = block;
        tail = 0;
        Backlog.Clear();
    }

    /// <summary>Takes note of records that a start would have to replay.</summary>
    public void Noted(int records)
    {
        tail += records;
        lastChange = time.GetTimestamp();
        Backlog.Add(records);
    }

    public CheckpointBacklog Backlog { get; } = new(time);

    /// <summary>True when a step has something to do; any thread may ask.</summary>
    public bool HasWork => Volatile.Read(ref tail) > 0 || writing is not null;

    /// <summary>Between two blocks: finishes a checkpoint that has been written, and begins one that is due.</summary>
    public void Step()
    {
        if (writing is { IsCompleted: false })
            return;
        Finish();
        if (IsDue())
            Begin();
    }

    /// <summary>Writes all there is and waits for it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (writing is not null)
            await writing.WaitAsync(cancellationToken);
        Finish();
        if (tail > 0)
        {
            Begin();
            await writing!.WaitAsync(cancellationToken);
            Finish();
        }
    }

    /// <summary>While much is replayed at once: keeps memory bounded.</summary>
    public Task RelieveAsync(CancellationToken cancellationToken) =>
        state.ChangedCount > options.MaxAccountsInMemory ? FlushAsync(cancellationToken) : Task.CompletedTask;

    private bool IsDue() =>
        tail > 0 && (tail >= options.CheckpointTailRecords
            || time.GetElapsedTime(lastChange) >= TimeSpan.FromMilliseconds(options.CheckpointIntervalMilliseconds)
            || time.GetElapsedTime(lastWrite) >= Longest);

    private void Begin()
    {
        taken = state.TakeChanged();
        var (block, at, hash) = (state.Head, state.At, state.Hash);
        tail = 0;
        Backlog.Take();
        writing = Task.Run(() => TryWriteAsync(taken, block, at, hash));
    }

    private void Finish()
    {
        if (writing is null)
            return;
        if (!writing.IsCompletedSuccessfully || !writing.GetAwaiter().GetResult())
        {
            state.ReturnChanged(taken);
            tail++;
        }
        else
        {
            state.Evict(options.MaxAccountsInMemory);
            Backlog.Written();
        }
        writing = null;
        taken = [];
        lastWrite = time.GetTimestamp();
    }

    private async Task<bool> TryWriteAsync(List<AccountState> accounts, long block, long at, byte[] hash)
    {
        try
        {
            FailPoints.Hit(FailPoints.BeforeCheckpoint);
            await projections.SaveAsync(partition, accounts, block, CancellationToken.None);
            FailPoints.Hit(FailPoints.DuringCheckpoint);
            await WriteIdsAsync(block, at, hash);
            return true;
        }
        catch (Exception exception)
        {
            CheckpointerLog.NotWritten(logger, exception, partition, block);
            return false;
        }
    }

    // Where another replica was faster its segment counts, if this one has come as far; else there is always a next time.
    private async Task WriteIdsAsync(long block, long at, byte[] hash)
    {
        while (covered < block)
        {
            var (ids, latest) = reader.Pending.UpTo(block);
            var next = ids.Count > SegmentIds
                ? await projections.SegmentAsync(partition, covered, CancellationToken.None)
                : await projections.AddAsync(IdSegment.Create(partition, covered, block, at, hash, ids, latest), CancellationToken.None);
            next ??= await AddPartAsync(ids, latest, block, at, hash);
            if (next.Last > block)
                return;
            covered = next.Last;
            reader.Pending.DropUpTo(covered);
        }
    }

    private async Task<IdSegment> AddPartAsync(List<(ulong Key, long Block)> ids, List<(Guid Id, long Block)> latest, long block, long at, byte[] hash)
    {
        var last = ids[SegmentIds].Block;
        if (last < block && await reader.SealAsync(last) is { } seal)
            (block, at, hash) = (last, seal.At, seal.Hash);
        return await projections.AddAsync(
            IdSegment.Create(partition, covered, block, at, hash, [.. ids.TakeWhile(id => id.Block <= block)], [.. latest.TakeWhile(id => id.Block <= block)]), CancellationToken.None);
    }

    private static partial class CheckpointerLog
    {
        [LoggerMessage(3005, LogLevel.Warning, "Partition {Partition}: the checkpoint at block {Block} was not written; it is tried again")]
        public static partial void NotWritten(ILogger logger, Exception exception, int partition, long block);
    }
}
