namespace CreditSystem.Ledger.Log;

/// <summary>
/// Where the log is kept. An exception means that the outcome of the call is not known; it says nothing about whether
/// the block is there. The one exception to this is <see cref="BlockTooLargeException"/>.
/// </summary>
public interface IBlockStore
{
    /// <summary>Appends the block, durably on a majority, unless one with its number exists.</summary>
    /// <returns>False when the number is taken: by this very block in an earlier attempt, or by another writer.</returns>
    /// <exception cref="BlockTooLargeException">It was not written and never will be.</exception>
    Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken);

    /// <summary>The blocks with numbers above <paramref name="number"/>, in order, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<Block>> ReadAfterAsync(int partition, long number, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The same, ending with the block that brings the content to <paramref name="maxBytes"/>: what is in memory at once does not
    /// grow with the size of blocks. Ask <see cref="BlockPages.MayGoOn"/> whether there may be more.
    /// </summary>
    async Task<IReadOnlyList<Block>> ReadPageAsync(
        int partition, long number, int limit, long maxBytes, CancellationToken cancellationToken) =>
        BlockPages.Cut(await ReadAfterAsync(partition, number, limit, cancellationToken), maxBytes);

    /// <summary>
    /// The version of the rules that this database is written by. Decided at first use: the newest for an empty database, the
    /// first for one with blocks, because replicas may still run that know no other. Only <paramref name="atLeast"/> raises it.
    /// </summary>
    Task<int> RulesAsync(int? atLeast, CancellationToken cancellationToken);

    /// <summary>One block, or null where the log does not reach that far.</summary>
    Task<Block?> ReadAsync(int partition, long number, CancellationToken cancellationToken);

    /// <summary>The clock that all replicas share, Unix milliseconds; null where the storage does not tell.</summary>
    Task<long?> ReadClockAsync(CancellationToken cancellationToken);
}
