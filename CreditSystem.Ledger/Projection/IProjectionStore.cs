using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.Ids;
using CreditSystem.Ledger.Projection.ResumePoints;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// The projection of the log: written so that a start need not read all of it. Everything here can be lost: it is worked out
/// from the log again.
/// </summary>
public interface IProjectionStore
{
    /// <summary>The accounts among <paramref name="ids"/> that have been written.</summary>
    Task<IReadOnlyList<AccountState>> LoadAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Writes accounts, one that is newer already stays as it is; and then, beside them, which block all accounts are as of now, unless a
    /// rebuild has begun after those that the writer knows of.
    /// </summary>
    /// <exception cref="Evaluation.ProjectionLostException">
    /// An account that was written before is not there. It is not written either: the writer's may be older than what was lost.
    /// </exception>
    Task SaveAsync(int partition, ChangedAccounts changed, CancellationToken cancellationToken);

    /// <summary>What the accounts are as of; zero where they are gone.</summary>
    Task<ProjectionMark> MarkAsync(int partition, CancellationToken cancellationToken);

    /// <summary>
    /// Drops the tables of ids, since segments may come to begin elsewhere; then sets the mark's block to 0 and counts a rebuild, unless
    /// one has begun since <paramref name="rebuilds"/> was read.
    /// </summary>
    Task BeginRebuildAsync(int partition, long rebuilds, CancellationToken cancellationToken);

    /// <summary>Accounts of the partition on which something has expired at or before a time.</summary>
    Task<IReadOnlyList<AccountState>> DueAsync(int partition, long now, int limit, CancellationToken cancellationToken);

    /// <summary>Writes entries of accounts; a chunk that begins with the same entry as one that is there already is left out.</summary>
    Task AddAsync(IReadOnlyList<EntryChunk> chunks, CancellationToken cancellationToken);

    /// <summary>The chunks of an account whose first entry has one of these numbers, in their order.</summary>
    Task<IReadOnlyList<EntryChunk>> EntriesAsync(Guid account, long first, long last, CancellationToken cancellationToken);

    /// <summary>Writes what is listed; a chunk of the same list and blocks as one that is there already is left out.</summary>
    Task AddAsync(IReadOnlyList<ListChunk> chunks, CancellationToken cancellationToken);

    /// <summary>The chunks of a list that begin after an earlier block than one, newest first, at most so many.</summary>
    Task<IReadOnlyList<ListChunk>> ListAsync(Guid term, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Writes a page of what has changed; one that is there already stays.</summary>
    /// <param name="delta">What it is a page of.</param>
    /// <param name="page">Its number, from 0.</param>
    /// <param name="content">The accounts.</param>
    Task AddPageAsync(AccountDelta delta, int page, byte[] content, CancellationToken cancellationToken);

    /// <summary>Writes that all pages are there. What is not said so of is as good as not written.</summary>
    Task AddAsync(AccountDelta delta, CancellationToken cancellationToken);

    /// <summary>What has all its pages, and ends after a block.</summary>
    Task<IReadOnlyList<AccountDelta>> DeltasAsync(int partition, long after, CancellationToken cancellationToken);

    /// <summary>A page; null where it is gone or damaged.</summary>
    Task<byte[]?> PageAsync(AccountDelta delta, int page, CancellationToken cancellationToken);

    /// <summary>Drops what ends at a block or before it: all accounts have been written as of a later one.</summary>
    Task DropPagesAsync(int partition, long last, CancellationToken cancellationToken);

    /// <summary>Writes which things have a status, in place of what is there of the same, and then removes others.</summary>
    Task WriteAsync(IReadOnlyList<StatusRow> added, IReadOnlyList<StatusRow> removed, CancellationToken cancellationToken);

    /// <summary>What has a status and was created before a position and not before a time, newest first, at most so many.</summary>
    Task<IReadOnlyList<StatusRow>> StatusesAsync(
        Guid term, StatusPosition before, long from, int limit, CancellationToken cancellationToken);

    /// <summary>Those of some rows that there are; of what is asked for their terms and positions count.</summary>
    Task<IReadOnlyList<StatusRow>> FindAsync(IReadOnlyCollection<StatusRow> keys, CancellationToken cancellationToken);

    /// <summary>The segment of ids that begins after a block, or null.</summary>
    Task<IdSegment?> SegmentAsync(int partition, long after, CancellationToken cancellationToken);

    /// <summary>
    /// Consecutive segments, the first of which begins after a block; as many as come to <paramref name="mostIds"/> ids, or one. None
    /// where none begins there.
    /// </summary>
    async Task<IReadOnlyList<IdSegment>> SegmentsAsync(int partition, long after, int mostIds, CancellationToken cancellationToken)
    {
        var (found, ids) = (new List<IdSegment>(), 0);
        while (ids < mostIds && await SegmentAsync(partition, after, cancellationToken) is { } segment)
        {
            found.Add(segment);
            (after, ids) = (segment.Last, ids + segment.Count);
        }
        return found;
    }

    /// <summary>Writes a segment unless another replica has written one that begins there.</summary>
    /// <returns>The segment that is there now.</returns>
    Task<IdSegment> AddAsync(IdSegment segment, CancellationToken cancellationToken);

    /// <summary>The table whose first segment begins after a block, or null.</summary>
    Task<StoredIdTable?> TableAsync(int partition, long after, CancellationToken cancellationToken);

    /// <summary>Writes a table in place of one that begins after the same block.</summary>
    Task AddAsync(StoredIdTable table, CancellationToken cancellationToken);
}

/// <param name="Block">All accounts are as of this block or a later one.</param>
/// <param name="Rebuilds">How often they have been worked out again from the first block.</param>
public readonly record struct ProjectionMark(long Block, long Rebuilds);
