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
    public const int StretchEntries = 8 * EntryChunk.RangeEntries;

    private const int Guesses = 4;

    private readonly AccountState account;
    private readonly StoredEntries stored;
    private readonly PartitionReads reads;
    private readonly EntryTrail trail;
    private HistoryEntry? end;

    // The first entry that is known to be after the time that is looked for: the log is walked from there.
    private HistoryEntry? above;

    public EntryReader(LedgerPartition partition, AccountState account)
    {
        (this.account, stored, reads) = (account, partition.StoredEntries, partition.Reads);
        trail = new EntryTrail(reads, account.Id);
    }

    private HistoryPosition End => HistoryPosition.End(account);

    /// <summary>The entry at a position and those before it, newest first: so many, or all down to the first.</summary>
    public async Task<List<HistoryEntry>> BackAsync(HistoryPosition position, int count, CancellationToken cancellationToken)
    {
        var found = new List<HistoryEntry>(count);
        var first = Math.Max(1, position.Sequence - count + 1);
        var known = position is { Sequence: > 0, Block: > 0 } ? await KnownAsync(first, position.Sequence, cancellationToken) : [];
        while (found.Count < count && position is { Sequence: > 0, Block: > 0 })
        {
            if (known[position.Sequence - first] is { } entry)
            {
                if (entry.Position == position && (found.Count == 0 ? AgreesWithAccount(entry) : found[^1].Follows(entry))
                    && (entry.Sequence > 1 || entry.Follows(before: null)))
                {
                    found.Add(entry);
                    position = entry.Before;
                    continue;
                }
                // What contradicts the log is not relied on any more.
                Array.Clear(known);
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
    /// <param name="time">Unix milliseconds, inclusive.</param>
    /// <param name="earlier">An entry of which it is known that it had.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<HistoryEntry?> UntilAsync(long time, HistoryEntry? earlier, CancellationToken cancellationToken)
    {
        if (account.Sequence == 0)
            return null;
        end ??= (await BackAsync(End, 1, cancellationToken))[0];
        if (end.At <= time)
            return end;
        var (last, next) = await SearchAsync(end, time, earlier?.At <= time ? earlier : null, cancellationToken)
            ?? await trail.UntilAsync(above!.Position, time, cancellationToken);
        while (next?.EffectiveAt <= time)
        {
            last = next;
            next = last.Sequence < end.Sequence ? await EntryAsync(last.Sequence + 1, cancellationToken) : null;
        }
        return last;
    }

    /// <summary>The entries from one number to another, out of memory or the projection; null where it is in neither.</summary>
    private async ValueTask<HistoryEntry?[]> KnownAsync(long first, long last, CancellationToken cancellationToken)
    {
        var found = reads.RecentEntries(account.Id, first, last);
        if (Array.IndexOf(found, null) >= 0)
            await stored.ReadAsync(account.Id, first, found, cancellationToken);
        return found;
    }

    // The account says what its last entry is.
    private bool AgreesWithAccount(HistoryEntry entry) =>
        entry.Sequence < account.Sequence || (entry.Posted, entry.Held) == (account.Posted, account.Held);

    private async Task<HistoryEntry> EntryAsync(long sequence, CancellationToken cancellationToken) =>
        (await KnownAsync(sequence, sequence, cancellationToken))[0]
        ?? (await BackAsync(await trail.FindAsync(End, sequence, cancellationToken), 1, cancellationToken))[0];

    private async Task<List<HistoryEntry>> ProjectedAfterAsync(HistoryEntry? after, long last, CancellationToken cancellationToken)
    {
        var found = new List<HistoryEntry>();
        foreach (var entry in await KnownAsync((after?.Sequence ?? 0) + 1, last, cancellationToken))
        {
            if (entry?.Follows(found.Count > 0 ? found[^1] : after) is not true)
                break;
            found.Add(entry);
        }
        return found;
    }

    /// <summary>
    /// The last entry of a block until a time, and the one after it. Times of blocks do not go back: it is looked for where it should
    /// be if the account had been used evenly, and where that does not lead to it soon, every other time at half the numbers. Null
    /// where too much is neither in memory nor projected to say it.
    /// </summary>
    private async Task<(HistoryEntry? Last, HistoryEntry? Next)?> SearchAsync(
        HistoryEntry end, long time, HistoryEntry? earlier, CancellationToken cancellationToken)
    {
        var (low, lowAt, last) = (earlier?.Sequence ?? 0, earlier?.At ?? account.OpenedAt, earlier);
        (long high, long highAt, HistoryEntry? next) = (end.Sequence, end.At, end);
        above = end;
        for (var step = 0; high - low > 1; step++)
        {
            var share = step < Guesses || step % 2 == 0 ? (double)(time - lowAt) / Math.Max(highAt - lowAt, 1) : 0.5;
            var middle = Math.Clamp(low + (long)((high - low) * share), low + 1, high - 1);
            var range = await KnownAsync(EntryChunk.RangeOf(middle), middle, cancellationToken);
            if (range[^1] is null)
            {
                // In neither: what is known before it may settle the matter.
                (high, next) = (middle, null);
                continue;
            }
            foreach (var entry in range)
                if (entry?.Sequence > low && entry.Sequence < high)
                    if (entry.At <= time)
                        (low, lowAt, last) = (entry.Sequence, entry.At, entry);
                    else
                        (high, highAt, next, above) = (entry.Sequence, entry.At, entry, entry);
        }
        return next is null ? null : (last, next);
    }
}
