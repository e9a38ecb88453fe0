namespace CreditSystem.Ledger.Log;

/// <summary>Pages of a log that are bounded by their blocks and by their bytes.</summary>
internal static class BlockPages
{
    /// <summary>As much as one block may have, so that a page is seldom more than one large block beyond it.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    /// <summary>Whether the page ended because it was full, and not because the log did.</summary>
    public static bool MayGoOn(this IReadOnlyList<Block> page, int limit, long maxBytes = MaxBytes) =>
        page.Count == limit || page.Sum(block => (long)block.Content.Length) >= maxBytes;

    /// <summary>The blocks up to the one that brings the content to <paramref name="maxBytes"/>.</summary>
    public static IReadOnlyList<Block> Cut(IReadOnlyList<Block> blocks, long maxBytes)
    {
        var (count, bytes) = (0, 0L);
        while (count < blocks.Count && bytes < maxBytes)
            bytes += blocks[count++].Content.Length;
        return count == blocks.Count ? blocks : [.. blocks.Take(count)];
    }
}
