using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Verification;

/// <summary>Recomputes every hash of a log from its first block, with one page of blocks in memory.</summary>
public static class ChainVerifier
{
    private const int PageBlocks = 64;

    /// <param name="store">Where the log is.</param>
    /// <param name="partition">Which log.</param>
    /// <param name="atLeast">The block that is known to be in the log: one that ends before has lost blocks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ChainReport> VerifyAsync(IBlockStore store, int partition, long atLeast, CancellationToken cancellationToken)
    {
        var report = new ChainReport(0, new byte[32]);
        while (true)
        {
            IReadOnlyList<Block> page;
            try
            {
                page = await store.ReadPageAsync(partition, report.Blocks, PageBlocks, BlockPages.MaxBytes, cancellationToken);
            }
            catch (LedgerCorruptException)
            {
                return await NarrowAsync(store, partition, report, cancellationToken);
            }
            foreach (var block in page)
                if (Check(block, partition, report.Blocks, report.HeadHash, out _) is { } problem)
                    return report with { BrokenBlock = report.Blocks + 1, Problem = problem };
                else
                    report = new ChainReport(block.Number, block.Hash);
            if (!page.MayGoOn(PageBlocks))
                break;
        }
        return report.Blocks < atLeast
            ? report
                with
            {
                BrokenBlock = report.Blocks + 1,
                Problem = $"is missing: the log ends at block {report.Blocks}, but block {atLeast} was in it"
            }
            : report;
    }

    /// <summary>What is wrong with a block, and its records where nothing is.</summary>
    /// <param name="block">The block.</param>
    /// <param name="partition">The log that it was read from.</param>
    /// <param name="before">The number of the block before it.</param>
    /// <param name="hash">The hash of that one.</param>
    /// <param name="records">Empty where something is wrong.</param>
    public static string? Check(Block block, int partition, long before, byte[] hash, out LedgerRecord[] records)
    {
        records = [];
        if (block.Partition != partition || block.Number != before + 1)
            return $"is missing: block {block.Number} comes after block {before}";
        if (!block.Previous.AsSpan().SequenceEqual(hash))
            return "does not follow the block before it";
        if (!block.IsIntact())
            return "is not what was sealed";
        try
        {
            // Of a block that a newer version has written the seal alone can be checked.
            if (block.IsReadable)
                records = block.ReadRecords();
            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return $"cannot be decoded: {exception.GetType().Name}";
        }
    }

    /// <summary>The hash that a block has; null where there is none that can be read.</summary>
    public static async Task<byte[]?> TryReadHashAsync(
        this IBlockStore store, int partition, long number, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.ReadAsync(partition, number, cancellationToken))?.Hash;
        }
        catch (LedgerCorruptException)
        {
            return null;
        }
    }

    /// <summary>One by one through the page that cannot be read, to the block that is why.</summary>
    private static async Task<ChainReport> NarrowAsync(
        IBlockStore store, int partition, ChainReport report, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var block = await store.ReadAsync(partition, report.Blocks + 1, cancellationToken);
                var problem = block is null ? "is missing" : Check(block, partition, report.Blocks, report.HeadHash, out _);
                if (problem is not null)
                    return report with { BrokenBlock = report.Blocks + 1, Problem = problem };
                report = new ChainReport(block!.Number, block.Hash);
            }
            catch (LedgerCorruptException exception)
            {
                return report with { BrokenBlock = report.Blocks + 1, Problem = exception.Message };
            }
        }
    }
}
