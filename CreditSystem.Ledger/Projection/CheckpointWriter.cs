using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>What a checkpoint writes: all that has changed up to a block, copied between two blocks.</summary>
/// <param name="Rebuilds">The rebuilds of the projection that the writer knows of.</param>
/// <param name="Covered">The block up to which ids have been written before.</param>
/// <param name="Ids">All ids of the blocks after <paramref name="Covered"/> up to <paramref name="Block"/>, in their order.</param>
/// <param name="Latest">Likewise holds and reversed transfers.</param>
internal sealed record Checkpoint(
    IReadOnlyList<AccountState> Accounts, long Block, long At, byte[] Hash, long Rebuilds, long Covered,
    List<(ulong Key, long Block)> Ids, List<(Guid Id, long Block)> Latest)
{
    /// <summary>The entries of the same blocks.</summary>
    public required CheckpointEntries Entries { get; init; }

    /// <summary>What is listed of the blocks that are not stored yet.</summary>
    public required ListBatch Lists { get; init; }

    /// <summary>The stored segments of which a table is to be made; null for none.</summary>
    public IReadOnlyList<SegmentSpan>? Due { get; init; }
}

/// <param name="Block">The block that all accounts are written as of; null where the checkpoint was not written.</param>
/// <param name="Covered">The block that ids are written up to.</param>
/// <param name="Lost">Why the projection is not to be relied on any more.</param>
internal readonly record struct CheckpointOutcome(long? Block, long Covered, string? Lost)
{
    /// <summary>The segments that are stored now and were not known of before, in order.</summary>
    public IReadOnlyList<SegmentSpan> Segments { get; init; } = [];

    /// <summary>The block up to which lists are stored.</summary>
    public long Listed { get; init; }

    /// <summary>The table that was due.</summary>
    public IdTable? Table { get; init; }
}

/// <summary>Writes accounts, and then the entries and the ids of the same blocks.</summary>
internal sealed class CheckpointWriter(
    int partition, IBlockStore store, IProjectionStore projections, ListProjection lists, int segmentIds)
{
    private readonly EntryProjection entries = new(projections);

    /// <exception cref="ProjectionLostException">What is there is not to be relied on.</exception>
    public async Task<CheckpointOutcome> WriteAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeCheckpoint);
        var mark = await MarkAsync(checkpoint, cancellationToken);
        // A replica that lags has nothing to add, and must not put an older state where an account is missing.
        if (mark.Block < checkpoint.Block)
            await projections.SaveAsync(partition, checkpoint.Accounts, checkpoint.Block, checkpoint.Rebuilds, cancellationToken);
        FailPoints.Hit(FailPoints.DuringCheckpoint);
        // Who wrote a segment wrote its entries before. Where all is worked out from the first block all of them are written: they may
        // have been lost, or the segments may be from before there were any.
        var segments = checkpoint.Entries.IsWorkedOut ? [] : await FindAsync(checkpoint.Covered, checkpoint.Block, cancellationToken);
        var covered = segments.Count > 0 ? segments[^1].Last : checkpoint.Covered;
        await entries.WriteAsync(checkpoint.Entries, covered, checkpoint.Block, cancellationToken);
        while (covered < checkpoint.Block)
        {
            var next = await WriteNextAsync(checkpoint, covered, cancellationToken);
            // Where another replica was faster its segment counts, if this one has come as far; else there is always a next time.
            if (next.Last > checkpoint.Block)
                break;
            covered = next.Last;
            segments.Add(next.Span);
        }
        // Another replica's segments may end elsewhere.
        var outcome = await OutcomeAsync(checkpoint, checkpoint.Block, segments, cancellationToken);
        return outcome with
        {
            Listed = await lists.WriteAsync(checkpoint.Lists, checkpoint.Block, cancellationToken),
        };
    }

    /// <summary>What another replica has written of it already.</summary>
    public async Task<CheckpointOutcome> FindAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var block = Math.Min((await MarkAsync(checkpoint, cancellationToken)).Block, checkpoint.Block);
        var segments = await FindAsync(checkpoint.Covered, block, cancellationToken);
        var outcome = await OutcomeAsync(checkpoint, block, segments, cancellationToken);
        return outcome with
        {
            Listed = await lists.FindAsync(checkpoint.Lists, cancellationToken),
        };
    }

    private async Task<CheckpointOutcome> OutcomeAsync(
        Checkpoint checkpoint, long block, List<SegmentSpan> segments, CancellationToken cancellationToken) =>
        new(block, segments.Count > 0 ? segments[^1].Last : checkpoint.Covered, Lost: null)
        {
            Segments = segments,
            Table = checkpoint.Due is { } due ? await CreateTableAsync(due, cancellationToken) : null,
        };

    private async Task<IdTable> CreateTableAsync(IReadOnlyList<SegmentSpan> spans, CancellationToken cancellationToken)
    {
        var segments = await projections.SegmentsAsync(partition, spans[0].After, spans.Sum(span => span.Count), cancellationToken);
        return segments.Select(segment => segment.Span).SequenceEqual(spans)
            ? IdTable.Of(segments)
            : throw new ProjectionLostException($"ids of the blocks after {spans[0].After} up to {spans[^1].Last} are gone");
    }

    /// <exception cref="ProjectionLostException">Another replica works the projection out again.</exception>
    private async Task<ProjectionMark> MarkAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var mark = await projections.MarkAsync(partition, cancellationToken);
        return mark.Rebuilds == checkpoint.Rebuilds ? mark : throw new ProjectionLostException("another replica works it out again");
    }

    /// <summary>The segments after a block that end at another one at most.</summary>
    private async Task<List<SegmentSpan>> FindAsync(long after, long most, CancellationToken cancellationToken)
    {
        var found = new List<SegmentSpan>();
        while (after < most && await projections.SegmentAsync(partition, after, cancellationToken) is { } segment && segment.Last <= most)
        {
            found.Add(segment.Span);
            after = segment.Last;
        }
        return found;
    }

    private async Task<IdSegment> WriteNextAsync(Checkpoint checkpoint, long covered, CancellationToken cancellationToken)
    {
        var (ids, latest) = (After(checkpoint.Ids, id => id.Block, covered), After(checkpoint.Latest, id => id.Block, covered));
        var (block, at, hash) = (checkpoint.Block, checkpoint.At, checkpoint.Hash);
        if (ids.Count > segmentIds)
        {
            if (await projections.SegmentAsync(partition, covered, cancellationToken) is { } there)
                return there;
            var last = ids[segmentIds].Block;
            if (last < block && await store.ReadAsync(partition, last, cancellationToken) is { } end)
                (block, at, hash) = (last, end.At, end.Hash);
        }
        var segment = IdSegment.Create(
            partition, covered, block, at, hash, [.. ids.TakeWhile(id => id.Block <= block)],
            [.. latest.TakeWhile(id => id.Block <= block)]);
        return await projections.AddAsync(segment, cancellationToken);
    }

    private static List<T> After<T>(List<T> ids, Func<T, long> blockOf, long block)
    {
        var first = ids.FindIndex(id => blockOf(id) > block);
        return first < 0 ? [] : first == 0 ? ids : ids.GetRange(first, ids.Count - first);
    }
}
