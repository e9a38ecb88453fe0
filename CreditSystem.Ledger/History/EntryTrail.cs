using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.History;

/// <summary>
/// Finds an account's entries in the log itself: each points back to the one before and, further, to the one whose number has the
/// lowest bit cleared. What is newer than the projection, or is missing there, is found here. For one reader.
/// </summary>
internal sealed class EntryTrail(PartitionReads reads, Guid account)
{
    private (long Block, InBlock Entries)? latest;

    /// <summary>The entry at a position and those before it in the same block, oldest first.</summary>
    /// <exception cref="LedgerCorruptException">It is not there.</exception>
    public async ValueTask<ArraySegment<HistoryEntry>> EntriesAsync(HistoryPosition position, CancellationToken cancellationToken)
    {
        var entries = (await ReadAsync(position.Block, cancellationToken)).All;
        var count = position.Sequence - entries[0].Sequence + 1;
        return count >= 1 && count <= entries.Length
            ? new ArraySegment<HistoryEntry>(entries, 0, (int)count)
            : throw new LedgerCorruptException($"block {position.Block} does not have entry {position.Sequence} of account {account}");
    }

    /// <summary>Where the entry with a number is, in O(log² n) blocks from a later position.</summary>
    public async Task<HistoryPosition> FindAsync(HistoryPosition position, long sequence, CancellationToken cancellationToken)
    {
        while (position.Sequence > sequence)
        {
            var entries = await ReadAsync(position.Block, cancellationToken);
            if (entries.First.Sequence <= sequence)
                return position with { Sequence = sequence };
            position = entries.Jump.Sequence >= sequence ? entries.Jump : entries.First.Before;
        }
        return position;
    }

    /// <summary>
    /// The last entry of a block until a time, and the one after it, in O(log² n) blocks from the end; null where there is none.
    /// </summary>
    public async Task<(HistoryEntry? Last, HistoryEntry? Next)> UntilAsync(
        HistoryPosition end, long time, CancellationToken cancellationToken)
    {
        HistoryEntry? next = null;
        while (end.Sequence > 0)
        {
            var entries = await ReadAsync(end.Block, cancellationToken);
            // All of a block have its time.
            if (entries.First.At <= time)
                return (entries.All.Last(entry => entry.Sequence <= end.Sequence), next);
            next = entries.First;
            var (jump, before) = (entries.Jump, next.Before);
            end = jump.Sequence > 0 && jump.Sequence < before.Sequence && (await ReadAsync(jump.Block, cancellationToken)).First.At > time
                ? jump
                : before;
        }
        return (null, next);
    }

    private async ValueTask<InBlock> ReadAsync(long block, CancellationToken cancellationToken)
    {
        if (latest is { } known && known.Block == block)
            return known.Entries;
        var (found, jump) = (new List<HistoryEntry>(), 0L);
        foreach (var record in await reads.RecordsNamingAsync(block, account, cancellationToken))
            for (var i = 0; i < record.Postings.Length; i++)
                foreach (var entry in record.Postings[i].Entries)
                    if (entry.Account == account)
                    {
                        jump = found.Count == 0 ? entry.JumpBlock : jump;
                        found.Add(HistoryEntry.From(record, i, entry));
                    }
        if (found.Count == 0)
            throw new LedgerCorruptException($"block {block} has no entry of account {account}");
        var entries = new InBlock([.. found], jump > 0 ? new HistoryPosition(found[0].Sequence & (found[0].Sequence - 1), jump) : default);
        latest = (block, entries);
        return entries;
    }

    /// <param name="All">Oldest first.</param>
    /// <param name="Jump">What the first of them points further back to; zero where it does not.</param>
    private sealed record InBlock(HistoryEntry[] All, HistoryPosition Jump)
    {
        public HistoryEntry First => All[0];
    }
}
