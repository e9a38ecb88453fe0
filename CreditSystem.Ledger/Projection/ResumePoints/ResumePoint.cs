using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.Ids;

namespace CreditSystem.Ledger.Projection.ResumePoints;

/// <summary>
/// What lets a start resume after a block although no checkpoint has been made of it: the accounts that have changed since the one
/// before, in pages, and the ids of the same blocks in segments. It costs a few documents where a checkpoint costs one or more for
/// each account, so it is written every few ten thousand records; accounts and their entries follow with the next checkpoint.
/// A copy, made between two blocks.
/// </summary>
/// <param name="After">What has changed before this block has been written: in pages, or by a checkpoint.</param>
/// <param name="Accounts">What has changed since; null where a checkpoint of the same block is written at once.</param>
/// <param name="Covered">The block up to which ids have been written before.</param>
/// <param name="Ids">All ids of the blocks after <paramref name="Covered"/> up to <paramref name="Block"/>, in their order.</param>
/// <param name="Latest">Likewise holds and reversed transfers.</param>
internal sealed record ResumePoint(
    long After, IReadOnlyList<AccountState>? Accounts, long Block, long At, byte[] Hash, long Covered,
    List<(ulong Key, long Block)> Ids, List<(Guid Id, long Block)> Latest)
{
    /// <summary>Records since the one before.</summary>
    public required long Records { get; init; }

    /// <summary>What is listed of the blocks that are not stored yet.</summary>
    public required ListBatch Lists { get; init; }

    /// <summary>The stored segments of which a table is to be made; null for none.</summary>
    public IReadOnlyList<SegmentSpan>? Due { get; init; }

    /// <summary>The table that is to be stored; null for none.</summary>
    public IdTable? Unstored { get; init; }
}

/// <param name="IsPaged">What has changed up to the block is in pages.</param>
/// <param name="Covered">The block that ids are written up to; null where nothing is known to have been written.</param>
/// <param name="Lost">Why the projection is not to be relied on any more.</param>
internal readonly record struct ResumePointOutcome(bool IsPaged, long? Covered, string? Lost)
{
    /// <summary>The segments that are stored now and were not known of before, in order.</summary>
    public IReadOnlyList<SegmentSpan> Segments { get; init; } = [];

    /// <summary>The block up to which lists are stored.</summary>
    public long Listed { get; init; }

    /// <summary>The table that was due.</summary>
    public IdTable? Table { get; init; }

    /// <summary>The table that is stored now.</summary>
    public IdTable? Stored { get; init; }
}
