using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Projection;

/// <summary>The entries that a checkpoint writes.</summary>
/// <param name="Recent">Those that are in memory, in the order of their blocks.</param>
/// <param name="Records">Where the others are.</param>
/// <param name="After">The block up to which they were written before.</param>
/// <param name="IsWorkedOut">Everything is being worked out from the first block.</param>
internal sealed record CheckpointEntries(IReadOnlyList<EntryBatch> Recent, RecordIndex Records, long After, bool IsWorkedOut);

/// <summary>
/// Writes the entries of blocks by account, so that a page of an account is one read however few of a block are its own. All of it is
/// in the log: it can be lost in whole or in part.
/// </summary>
internal sealed class EntryProjection(IProjectionStore projections)
{
    // What is in memory at once of blocks that are read again: the more, the fewer chunks.
    private const long MostBytes = 16 * 1024 * 1024;
    private const int ChunksPerWrite = 1000;

    /// <summary>Writes the entries of the blocks after one up to another.</summary>
    public async Task WriteAsync(CheckpointEntries entries, long after, long last, CancellationToken cancellationToken)
    {
        foreach (var recent in entries.Recent)
        {
            if (recent.Last <= after)
                continue;
            await WriteLoggedAsync(entries.Records, after, recent.First - 1, cancellationToken);
            await WriteAsync(recent, cancellationToken);
            after = recent.Last;
        }
        await WriteLoggedAsync(entries.Records, after, last, cancellationToken);
    }

    private async Task WriteLoggedAsync(RecordIndex records, long after, long last, CancellationToken cancellationToken)
    {
        var batch = new EntryBatch();
        for (var block = after + 1; block <= last; block++)
        {
            batch.Add(block, await records.RecordsAsync(block, cancellationToken));
            if (batch.Bytes < MostBytes && block < last)
                continue;
            await WriteAsync(batch, cancellationToken);
            batch = new EntryBatch();
        }
    }

    private async Task WriteAsync(EntryBatch batch, CancellationToken cancellationToken)
    {
        foreach (var chunks in batch.Pack().Chunk(ChunksPerWrite))
            await projections.AddAsync(chunks, cancellationToken);
    }
}
