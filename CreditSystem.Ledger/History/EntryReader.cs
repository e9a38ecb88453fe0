using System.Runtime.CompilerServices;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.History;

/// <summary>
/// Reads the entries of one account: what has been projected from there, the rest from the log. Each entry must follow from the one
/// after it, or the log is asked, so that the answer is the log's whatever the projection lacks.
/// </summary>
internal sealed class EntryReader
{
    private const int StretchEntries = 8 * EntryChunk.RangeEntries;

    private readonly AccountState account;
    private readonly StoredEntries stored;
    private readonly EntryTrail trail;
    private readonly long projected;

    public EntryReader(LedgerPartition partition, AccountState account)
    {
        this.account = account;
        (stored, projected) = (partition.StoredEntries, partition.Status.Projected);
        trail = new EntryTrail(partition.Reads, account.Id);
    }

    private HistoryPosition End => HistoryPosition.End(account);

    /// <summary>The entry at a position and those before it, newest first: so many, or all down to the first.</summary>
    public async Task<List<HistoryEntry>> BackAsync(HistoryPosition position, int count, CancellationToken cancellationToken)
    {
        var found = new List<HistoryEntry>(count);
        var (known, first) = (Array.Empty<HistoryEntry?>(), 0L);
        while (found.Count < count && position is { Sequence: > 0, Block: > 0 })
        {
            if (first == 0 && position.Block <= projected)
            {
                first = Math.Max(1, position.Sequence - (count - found.Count) + 1);
                known = await stored.ReadAsync(account.Id, first, position.Sequence, cancellationToken);
            }
            var at = position.Sequence - first;
            if (at >= 0 && at < known.Length && known[at] is { } entry && entry.Position == position
                && (found.Count == 0 ? AgreesWithAccount(entry) : found[^1].Follows(entry)))
            {
                found.Add(entry);
                position = entry.Before;
                continue;
            }
            var entries = await trail.EntriesAsync(position, cancellationToken);
            for (var i = entries.Count - 1; i >= 0 && found.Count < count; i--)
                found.Add(entries[i]);
            position = entries[0].Before;
        }
        return found;
    }

    /// <summary>The entries after one, oldest first, up to a position, read in stretches as they are asked for.</summary>
    public async IAsyncEnumerable<HistoryEntry> ForwardAsync(
        HistoryEntry? after, HistoryEntry? end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (end is not null && (after?.Sequence ?? 0) is var done && done < end.Sequence)
        {
            var last = Math.Min(EntryChunk.RangeOf(done + 1) + StretchEntries - 1, end.Sequence);
            var stretch = await ProjectedAfterAsync(after, last, cancellationToken);
            if (stretch.Count == 0)
            {
                // The log points backwards only.
                var position = await trail.FindAsync(end.Position, last, cancellationToken);
                stretch = await BackAsync(position, (int)(last - done), cancellationToken);
                stretch.Reverse();
            }
            foreach (var entry in stretch)
                yield return entry;
            after = stretch[^1];
        }
    }

    /// <summary>
    /// The last entry that had taken effect at a time: the last of a block until then, and what had expired by then and follows it at
    /// once, because it was posted when somebody looked. Null where there was none.
    /// </summary>
    public async Task<HistoryEntry?> UntilAsync(long time, CancellationToken cancellationToken)
    {
        if (account.Sequence == 0)
            return null;
        var end = (await BackAsync(End, 1, cancellationToken))[0];
        if (end.At <= time)
            return end;
        var (last, next) = await ProjectedUntilAsync(end, time, cancellationToken) ?? await trail.UntilAsync(End, time, cancellationToken);
        while (next?.EffectiveAt <= time)
        {
            last = next;
            next = last.Sequence < end.Sequence ? await EntryAsync(last.Sequence + 1, cancellationToken) : null;
        }
        return last;
    }

    // The account says what its last entry is.
    private bool AgreesWithAccount(HistoryEntry entry) =>
        entry.Sequence < account.Sequence || (entry.Posted, entry.Held) == (account.Posted, account.Held);

    private async Task<HistoryEntry> EntryAsync(long sequence, CancellationToken cancellationToken) =>
        (await stored.ReadAsync(account.Id, sequence, sequence, cancellationToken))[0]
        ?? (await BackAsync(await trail.FindAsync(End, sequence, cancellationToken), 1, cancellationToken))[0];

    private async Task<List<HistoryEntry>> ProjectedAfterAsync(HistoryEntry? after, long last, CancellationToken cancellationToken)
    {
        var found = new List<HistoryEntry>();
        if (after?.Block > projected)
            return found;
        foreach (var entry in await stored.ReadAsync(account.Id, (after?.Sequence ?? 0) + 1, last, cancellationToken))
        {
            if (entry?.Follows(found.Count > 0 ? found[^1] : after) is not true)
                break;
            found.Add(entry);
        }
        return found;
    }

    /// <summary>By halves of the numbers: times of blocks do not go back. Null where too much is not projected to say it.</summary>
    private async Task<(HistoryEntry? Last, HistoryEntry? Next)?> ProjectedUntilAsync(
        HistoryEntry end, long time, CancellationToken cancellationToken)
    {
        var (low, high) = (0L, end.Sequence);
        (HistoryEntry? last, HistoryEntry? next) = (null, end);
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            var range = await stored.ReadAsync(account.Id, EntryChunk.RangeOf(middle), middle, cancellationToken);
            if (range[^1] is null)
            {
                // Not there: newer than the projection, or never projected. What is known before it may settle the matter.
                (high, next) = (middle, null);
                continue;
            }
            foreach (var entry in range)
                if (entry?.Sequence > low && entry.Sequence < high)
                    if (entry.At <= time)
                        (low, last) = (entry.Sequence, entry);
                    else
                        (high, next) = (entry.Sequence, entry);
        }
        return next is null ? null : (last, next);
    }
}
