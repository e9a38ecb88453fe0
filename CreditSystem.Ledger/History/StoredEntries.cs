using CreditSystem.Ledger.Projection;
using Microsoft.Extensions.Caching.Memory;

namespace CreditSystem.Ledger.History;

/// <summary>
/// Entries by their numbers, from the chunks beside the log. Entries never change, and are kept while there is room. What is not
/// there is left out, and has to be found in the log.
/// </summary>
internal sealed class StoredEntries(IProjectionStore projections, MemoryCache cache)
{
    // The key, and what the cache keeps of each.
    private const int OverheadBytes = 250;

    /// <summary>Puts those that are there in the places, counted from a number, where there is none yet.</summary>
    public async ValueTask ReadAsync(Guid account, long first, HistoryEntry?[] found, CancellationToken cancellationToken)
    {
        var last = first + Array.FindLastIndex(found, entry => entry is null);
        var (from, to) = (0L, 0L);
        for (var range = EntryChunk.RangeOf(first); range <= last; range += EntryChunk.RangeEntries)
            if (cache.TryGetValue((account, range), out Kept? kept)
                && range + kept!.Count > Math.Min(last, range + EntryChunk.RangeEntries - 1))
                Place(kept.Chunk.Unpack(), first, found);
            else
                (from, to) = (from == 0 ? range : from, range + EntryChunk.RangeEntries - 1);
        if (from == 0)
            return;
        // One question for all; what lies between two that are missing comes along.
        var entries = new List<HistoryEntry>();
        foreach (var chunk in await projections.EntriesAsync(account, from, to, cancellationToken))
            if (chunk.TryUnpack() is { } unpacked)
                entries.AddRange(unpacked);
        Place(entries, first, found);
        Keep(account, entries);
    }

    private static void Place(IReadOnlyList<HistoryEntry> entries, long first, HistoryEntry?[] found)
    {
        foreach (var entry in entries)
            if (entry.Sequence >= first && entry.Sequence - first < found.Length)
                found[entry.Sequence - first] ??= entry;
    }

    // Of each range what follows without a gap from its first entry on. Two replicas may have written the same entries with other
    // boundaries.
    private void Keep(Guid account, List<HistoryEntry> entries)
    {
        foreach (var range in entries.GroupBy(entry => EntryChunk.RangeOf(entry.Sequence)))
        {
            var kept = new List<HistoryEntry>(EntryChunk.RangeEntries);
            foreach (var entry in range.OrderBy(entry => entry.Sequence))
                if (kept.Count == 0 ? entry.Sequence == range.Key : entry.Follows(kept[^1]))
                    kept.Add(entry);
            if (kept.Count == 0)
                continue;
            var chunk = EntryChunk.Pack(account, kept);
            var size = new MemoryCacheEntryOptions { Size = chunk.Content.Length + OverheadBytes };
            cache.Set((account, range.Key), new Kept(chunk, kept.Count), size);
        }
    }

    private sealed record Kept(EntryChunk Chunk, int Count);
}
