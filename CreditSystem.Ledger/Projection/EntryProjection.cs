using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Projection;

/// <summary>The entries of the log, as a checkpoint reads them.</summary>
/// <param name="Records">The records of each block.</param>
/// <param name="IsWorkedOut">Everything is being worked out from the first block.</param>
internal sealed record EntryLog(RecordIndex Records, bool IsWorkedOut);

/// <summary>
/// Writes the entries of blocks by account, so that a page of an account is one read however few of a block are its own. All of it is
/// in the log: it can be lost in whole or in part.
/// </summary>
/// <param name="projections">Where to.</param>
/// <param name="entriesAtOnce">How many entries are in memory before they are written.</param>
internal sealed class EntryProjection(IProjectionStore projections, int entriesAtOnce)
{
    /// <summary>Writes the entries of the blocks after one up to another.</summary>
    public async Task WriteAsync(RecordIndex records, long after, long last, CancellationToken cancellationToken)
    {
        var collected = new Collected();
        for (var block = after + 1; block <= last; block++)
        {
            collected.Add(await records.RecordsAsync(block, cancellationToken));
            if (collected.Count < entriesAtOnce && block < last)
                continue;
            await projections.AddAsync(collected.Pack(), cancellationToken);
            collected = new Collected();
        }
    }

    /// <summary>Entries by account: of each the place of the one before it, so that there is no list per account.</summary>
    private sealed class Collected
    {
        private readonly List<(HistoryEntry Entry, int Before)> entries = [];
        private readonly Dictionary<Guid, int> latest = [];

        public int Count => entries.Count;

        public void Add(LedgerRecord[] records)
        {
            foreach (var record in records)
                for (var i = 0; i < record.Postings.Length; i++)
                    foreach (var entry in record.Postings[i].Entries)
                    {
                        var before = latest.GetValueOrDefault(entry.Account, -1);
                        latest[entry.Account] = entries.Count;
                        entries.Add((HistoryEntry.From(record, i, entry), before));
                    }
        }

        public List<EntryChunk> Pack()
        {
            var chunks = new List<EntryChunk>(latest.Count);
            var own = new List<HistoryEntry>();
            foreach (var (account, place) in latest)
            {
                var range = EntryChunk.RangeOf(entries[place].Entry.Sequence);
                for (var at = place; at >= 0; at = entries[at].Before)
                {
                    if (entries[at].Entry.Sequence < range)
                    {
                        PackOne();
                        range = EntryChunk.RangeOf(entries[at].Entry.Sequence);
                    }
                    own.Add(entries[at].Entry);
                }
                PackOne();

                void PackOne()
                {
                    own.Reverse();
                    chunks.Add(EntryChunk.Pack(account, own));
                    own.Clear();
                }
            }
            return chunks;
        }
    }
}
