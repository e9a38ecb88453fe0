using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Projection.Ids;

namespace CreditSystem.Ledger.Projection.ResumePoints;

/// <summary>Writes pages of accounts, and the ids and lists of the same blocks.</summary>
internal sealed class ResumePointWriter(
    int partition, IBlockStore store, IProjectionStore projections, ListProjection lists, LedgerOptions options)
{
    /// <exception cref="ProjectionLostException">What is there is not to be relied on.</exception>
    public async Task<ResumePointOutcome> WriteAsync(ResumePoint point, CancellationToken cancellationToken)
    {
        if (point.Accounts is { } accounts)
        {
            var delta = new AccountDelta(partition, point.After, point.Block, point.Hash, Guid.NewGuid(), Pages: 0);
            var pages = 0;
            foreach (var page in delta.Pack(accounts, options.PageBytes))
                await projections.AddPageAsync(delta, pages++, page, cancellationToken);
            FailPoints.Hit(FailPoints.DuringResumePoint);
            await projections.AddAsync(delta with { Pages = pages }, cancellationToken);
        }
        var segments = await FindAsync(point.Covered, point.Block, cancellationToken);
        var covered = segments.Count > 0 ? segments[^1].Last : point.Covered;
        while (covered < point.Block)
        {
            var next = await WriteNextAsync(point, covered, cancellationToken);
            // Where another replica was faster its segment counts, if this one has come as far; else there is always a next time.
            if (next.Last > point.Block)
                break;
            covered = next.Last;
            segments.Add(next.Span);
        }
        if (point.Unstored is { } table)
            await projections.AddAsync(StoredIdTable.Pack(partition, table), cancellationToken);
        // Another replica's segments may end elsewhere.
        var outcome = await OutcomeAsync(point, segments, cancellationToken);
        return outcome with
        {
            IsPaged = point.Accounts is not null,
            Stored = point.Unstored,
            Listed = await lists.WriteAsync(point.Lists, point.Block, cancellationToken),
        };
    }

    /// <summary>What another replica has written of it already.</summary>
    public async Task<ResumePointOutcome> FindAsync(ResumePoint point, CancellationToken cancellationToken)
    {
        var segments = await FindAsync(point.Covered, point.Block, cancellationToken);
        var outcome = await OutcomeAsync(point, segments, cancellationToken);
        return outcome with
        {
            Listed = await lists.FindAsync(point.Lists, cancellationToken),
        };
    }

    private async Task<ResumePointOutcome> OutcomeAsync(
        ResumePoint point, List<SegmentSpan> segments, CancellationToken cancellationToken) =>
        new(IsPaged: false, segments.Count > 0 ? segments[^1].Last : point.Covered, Lost: null)
        {
            Segments = segments,
            Table = point.Due is { } due ? await CreateTableAsync(due, cancellationToken) : null,
        };

    private async Task<IdTable> CreateTableAsync(IReadOnlyList<SegmentSpan> spans, CancellationToken cancellationToken)
    {
        var segments = await projections.SegmentsAsync(partition, spans[0].After, spans.Sum(span => span.Count), cancellationToken);
        return segments.Select(segment => segment.Span).SequenceEqual(spans)
            ? IdTable.Of(segments)
            : throw new ProjectionLostException($"ids of the blocks after {spans[0].After} up to {spans[^1].Last} are gone");
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

    private async Task<IdSegment> WriteNextAsync(ResumePoint point, long covered, CancellationToken cancellationToken)
    {
        var (ids, latest) = (After(point.Ids, id => id.Block, covered), After(point.Latest, id => id.Block, covered));
        var (block, at, hash) = (point.Block, point.At, point.Hash);
        if (ids.Count > options.CheckpointSegmentIds)
        {
            if (await projections.SegmentAsync(partition, covered, cancellationToken) is { } there)
                return there;
            var last = ids[options.CheckpointSegmentIds].Block;
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
