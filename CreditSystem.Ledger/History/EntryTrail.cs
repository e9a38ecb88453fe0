using System.Runtime.CompilerServices;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.History;

/// <summary>An entry with the transfer that it belongs to.</summary>
public sealed record HistoryEntry(Entry Entry, Posting Posting, LedgerRecord Record, string? Reference);

/// <summary>A place in an account's history: an entry's number and the block that holds it.</summary>
public readonly record struct HistoryPosition(long Sequence, long Block)
{
    public static HistoryPosition End(AccountState account) => new(account.Sequence, account.PreviousBlock);
}

/// <summary>
/// Finds an account's entries in the log itself: each points back to the one before and, further, to the one whose
/// number has the lowest bit cleared. No second copy of the history is kept, so none can disagree.
/// </summary>
internal static class EntryTrail
{
    private const int StretchEntries = 500;

    /// <summary>The entries from a position back to the first, newest first.</summary>
    public static async IAsyncEnumerable<HistoryEntry> BackFromAsync(
        PartitionReads reads, Guid account, HistoryPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (position is { Sequence: > 0, Block: > 0 })
        {
            var entries = await EntriesAsync(reads, account, position.Block, cancellationToken);
            for (var i = entries.Count - 1; i >= 0; i--)
                if (entries[i].Entry.Sequence <= position.Sequence)
                    yield return entries[i];
            var first = entries[0].Entry;
            position = new HistoryPosition(first.Sequence - 1, first.PreviousBlock);
        }
    }

    /// <summary>The last entry that took effect at or before a time, in O(log² n) blocks; the zero position when there is none.</summary>
    public static async Task<HistoryPosition> AtAsync(
        PartitionReads reads, AccountState account, long time, CancellationToken cancellationToken)
    {
        var position = HistoryPosition.End(account);
        while (position.Sequence > 0)
        {
            var entries = await EntriesAsync(reads, account.Id, position.Block, cancellationToken);
            for (var i = entries.Count - 1; i >= 0; i--)
                if (entries[i].Entry.Sequence <= position.Sequence && entries[i].Record.EffectiveAt <= time)
                    return position with { Sequence = entries[i].Entry.Sequence };
            var first = entries[0].Entry;
            position = new HistoryPosition(first.Sequence - 1, first.PreviousBlock);
            var jump = new HistoryPosition(first.Sequence & (first.Sequence - 1), first.JumpBlock);
            if (jump.Sequence > 0 && jump.Sequence < position.Sequence
                && await TimeAsync(reads, account.Id, jump, cancellationToken) > time)
                position = jump;
        }
        return default;
    }

    /// <summary>
    /// The entries after <paramref name="after"/> up to a position, oldest first. The log points backwards only, so they
    /// are read in stretches, each found by the far pointers from the end.
    /// </summary>
    public static async IAsyncEnumerable<HistoryEntry> ForwardAsync(
        PartitionReads reads, Guid account, HistoryPosition end, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < end.Sequence)
        {
            var last = Math.Min(after + StretchEntries, end.Sequence);
            var position = await FindAsync(reads, account, end, last, cancellationToken);
            var stretch = new List<HistoryEntry>(StretchEntries);
            await foreach (var entry in BackFromAsync(reads, account, position, cancellationToken))
            {
                if (entry.Entry.Sequence <= after)
                    break;
                stretch.Add(entry);
            }
            for (var i = stretch.Count - 1; i >= 0; i--)
                yield return stretch[i];
            after = last;
        }
    }

    public static async Task<HistoryEntry?> EntryAsync(
        PartitionReads reads, Guid account, HistoryPosition position, CancellationToken cancellationToken)
    {
        await foreach (var entry in BackFromAsync(reads, account, position, cancellationToken))
            return entry;
        return null;
    }

    /// <summary>Where the entry with a number is, in O(log² n) blocks from a later position.</summary>
    private static async Task<HistoryPosition> FindAsync(
        PartitionReads reads, Guid account, HistoryPosition position, long sequence, CancellationToken cancellationToken)
    {
        while (position.Sequence > sequence)
        {
            var first = (await EntriesAsync(reads, account, position.Block, cancellationToken))[0].Entry;
            if (first.Sequence <= sequence)
                return new HistoryPosition(sequence, position.Block);
            var jump = new HistoryPosition(first.Sequence & (first.Sequence - 1), first.JumpBlock);
            position = jump.Sequence >= sequence && jump.Block > 0 ? jump : new HistoryPosition(first.Sequence - 1, first.PreviousBlock);
        }
        return position;
    }

    private static async Task<long> TimeAsync(
        PartitionReads reads, Guid account, HistoryPosition position, CancellationToken cancellationToken) =>
        (await EntriesAsync(reads, account, position.Block, cancellationToken))
            .Find(entry => entry.Entry.Sequence == position.Sequence)!.Record.EffectiveAt;

    private static async Task<List<HistoryEntry>> EntriesAsync(
        PartitionReads reads, Guid account, long block, CancellationToken cancellationToken)
    {
        var found = new List<HistoryEntry>();
        foreach (var record in await reads.RecordsNamingAsync(block, account, cancellationToken))
            for (var i = 0; i < record.Postings.Length; i++)
                foreach (var entry in record.Postings[i].Entries)
                    if (entry.Account == account)
                        found.Add(new HistoryEntry(entry, record.Postings[i], record, record.Details(i).Reference));
        return found.Count > 0 ? found : throw new LedgerCorruptException($"block {block} has no entry of account {account}");
    }
}
