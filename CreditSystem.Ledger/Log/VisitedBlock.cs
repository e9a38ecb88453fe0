using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

/// <summary>A block in which records are looked for: the first time it is searched, and decoded when it is asked for more.</summary>
internal sealed class VisitedBlock(Block block)
{
    // Decoded it takes some twenty times as much.
    private const int MaxDecodedBytes = 1024 * 1024;

    private volatile LedgerRecord[]? decoded;
    private volatile bool visited;

    public Block Block => block;

    /// <summary>The first record that is asked for.</summary>
    /// <param name="isWanted">Whether it is this one.</param>
    /// <param name="id">The id that it has: as a member, or as the alias that stands for a reference.</param>
    public LedgerRecord? Find(Predicate<LedgerRecord> isWanted, Guid id)
    {
        if (decoded is { } records)
            return Array.Find(records, isWanted);
        if (!visited || block.Content.Length > MaxDecodedBytes)
        {
            visited = true;
            if (block.RecordsNaming(id).FirstOrDefault(record => isWanted(record)) is { } found)
                return found;
        }
        // Only an alias is not among the members.
        records = block.ReadRecords();
        if (block.Content.Length <= MaxDecodedBytes)
            decoded = records;
        return Array.Find(records, isWanted);
    }
}
