using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Partitions;

/// <summary>Appends blocks to one log, until it is known what became of them.</summary>
internal sealed partial class BlockAppender(int partition, IBlockStore store, LedgerMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// Inserts until it is known who has the number. After an attempt whose outcome is not known the log is asked first;
    /// trying the same block again is safe all the same, because its number can be taken only once.
    /// </summary>
    /// <returns>False where another replica has taken the number.</returns>
    /// <exception cref="BlockTooLargeException">The storage does not take the block, now or later.</exception>
    public async Task<bool> TryAppendAsync(Block block, CancellationToken cancellationToken)
    {
        FailPoints.Hit(FailPoints.BeforeAppend);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (attempt > 1 && await IsOursAsync(block, cancellationToken) is { } decided)
                    return decided;
                var appended = await store.TryAppendAsync(block, cancellationToken);
                FailPoints.Hit(FailPoints.AfterAppend);
                return appended || await IsOursAsync(block, cancellationToken) is true;
            }
            catch (Exception exception) when (exception is not (LedgerCorruptException or BlockTooLargeException)
                && !cancellationToken.IsCancellationRequested)
            {
                BlockAppenderLog.AppendUncertain(logger, exception, partition, block.Number, attempt);
                metrics.Uncertain();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(20 * attempt, 500)), time, cancellationToken);
        }
    }

    /// <summary>Whether the block with the number is this one; null where there is none.</summary>
    private async Task<bool?> IsOursAsync(Block block, CancellationToken cancellationToken) =>
        (await store.ReadAsync(partition, block.Number, cancellationToken))?.Hash.AsSpan().SequenceEqual(block.Hash);

    private static partial class BlockAppenderLog
    {
        [LoggerMessage(
            3001, LogLevel.Warning, "Partition {Partition}: the outcome of appending block {Block} is not known (attempt {Attempt})")]
        public static partial void AppendUncertain(ILogger logger, Exception exception, int partition, long block, int attempt);
    }
}
