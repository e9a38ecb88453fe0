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
    private const long MostRead = 4 * 1024 * 1024;
    private const int MostBlocks = 128;
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
        var (batch, atOnce) = (new EntryBatch(), 1);
        while (after < last)
        {
            var end = Math.Min(after + atOnce, last);
            var blocks = await records.BlocksAsync(Numbers(after + 1, end), cancellationToken);
            foreach (var number in Numbers(after + 1, end))
                batch.Add(number, blocks[number].ReadRecords());
            after = end;
            // As many as there are likely to be in so many bytes.
            atOnce = (int)Math.Clamp(MostRead * blocks.Count / blocks.Values.Sum(block => (long)block.Content.Length), 1, MostBlocks);
            if (batch.Bytes < MostBytes && after < last)
                continue;
            await WriteAsync(batch, cancellationToken);
            batch = new EntryBatch();
        }
    }

    private static List<long> Numbers(long first, long last) => [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => first + i)];

    private async Task WriteAsync(EntryBatch batch, CancellationToken cancellationToken)
    {
        foreach (var chunks in batch.Pack().Chunk(ChunksPerWrite))
            await projections.AddAsync(chunks, cancellationToken);
    }
}
