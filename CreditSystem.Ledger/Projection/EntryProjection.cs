using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Projection;

/// <summary>The entries that a checkpoint writes.</summary>
/// <param name="Recent">Those that are in memory.</param>
/// <param name="Records">Where the others are.</param>
/// <param name="IsWorkedOut">Everything is being worked out from the first block.</param>
internal sealed record CheckpointEntries(EntryBatch Recent, RecordIndex Records, bool IsWorkedOut);

/// <summary>
/// Writes the entries of blocks by account, so that a page of an account is one read however few of a block are its own. All of it is
/// in the log: it can be lost in whole or in part.
/// </summary>
internal sealed class EntryProjection(IProjectionStore projections)
{
    // What is in memory at once of blocks that are read again.
    private const int MostEntries = 20_000;
    private const int ChunksPerWrite = 1000;

    /// <summary>Writes the entries of the blocks after one up to another.</summary>
    public async Task WriteAsync(CheckpointEntries entries, long after, long last, CancellationToken cancellationToken)
    {
        var recent = entries.Recent;
        if (recent.Last <= after)
        {
            await WriteLoggedAsync(entries.Records, after, last, cancellationToken);
            return;
        }
        await WriteLoggedAsync(entries.Records, after, recent.First - 1, cancellationToken);
        await WriteAsync(recent, cancellationToken);
        await WriteLoggedAsync(entries.Records, recent.Last, last, cancellationToken);
    }

    private async Task WriteLoggedAsync(RecordIndex records, long after, long last, CancellationToken cancellationToken)
    {
        var batch = new EntryBatch();
        for (var block = after + 1; block <= last; block++)
        {
            batch.Add(block, await records.RecordsAsync(block, cancellationToken));
            if (batch.Count < MostEntries && block < last)
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
