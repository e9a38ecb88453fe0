using CreditSystem.Api.Ledger.Log;

namespace CreditSystem.Api.Ledger.Audit;

/// <summary>Recomputes every hash of a log from its first block.</summary>
internal static class ChainVerifier
{
    private const int PageBlocks = 64;

    /// <param name="store">Where the log is.</param>
    /// <param name="partition">Which log.</param>
    /// <param name="atLeast">The block that is known to be in the log: one that ends before has lost blocks.</param>
    public static async Task<ChainReport> VerifyAsync(IBlockStore store, int partition, long atLeast, CancellationToken cancellationToken)
    {
        var report = new ChainReport(0, new byte[32]);
        while (true)
        {
            IReadOnlyList<Block> page;
            try
            {
                page = await store.ReadAfterAsync(partition, report.Blocks, PageBlocks, cancellationToken);
            }
            catch (LedgerCorruptException)
            {
                return await NarrowAsync(store, partition, report, cancellationToken);
            }
            foreach (var block in page)
                if (Check(block, partition, report) is { } problem)
                    return report with { BrokenBlock = report.Blocks + 1, Problem = problem };
                else
                    report = new ChainReport(block.Number, block.Hash);
            if (page.Count < PageBlocks)
                break;
        }
        return report.Blocks < atLeast
            ? report with { BrokenBlock = report.Blocks + 1, Problem = $"the log ends at block {report.Blocks}, but block {atLeast} was in it" }
            : report;
    }

    /// <summary>One by one through the page that cannot be read, to the block that is why.</summary>
    private static async Task<ChainReport> NarrowAsync(IBlockStore store, int partition, ChainReport report, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var block = await store.ReadAsync(partition, report.Blocks + 1, cancellationToken);
                if (block is null || Check(block, partition, report) is not null)
                    return report with { BrokenBlock = report.Blocks + 1, Problem = block is null ? "is missing" : Check(block, partition, report) };
                report = new ChainReport(block.Number, block.Hash);
            }
            catch (LedgerCorruptException exception)
            {
                return report with { BrokenBlock = report.Blocks + 1, Problem = exception.Message };
            }
        }
    }

    private static string? Check(Block block, int partition, ChainReport report)
    {
        if (block.Partition != partition || block.Number != report.Blocks + 1)
            return $"is missing: block {block.Number} comes after block {report.Blocks}";
        if (!block.Previous.AsSpan().SequenceEqual(report.HeadHash))
            return "does not follow the block before it";
        if (!block.IsIntact())
            return "is not what was sealed";
        try
        {
            if (block.IsReadable)
                block.ReadRecords();
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return $"cannot be decoded: {exception.GetType().Name}";
        }
    }
}
