using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Stores what was not stored when it was committed: lists of a log from before there were any, of one whose lists were lost, and what
/// has a key of metadata that was declared later. Meanwhile the log is read instead. The partitions that this replica owns.
/// </summary>
internal sealed partial class ListBackfill(
    CreditLedger ledger, IIndexedKeyStore store, TimeProvider time, ILogger<ListBackfill> logger) : BackgroundService
{
    private const int PageBlocks = 64;
    private const int SpanRows = 8192;
    private const int IntervalsPerFullRead = 12;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Learns which keys are declared.</summary>
    public async Task ReadKeysAsync(CancellationToken cancellationToken) =>
        ledger.IndexedKeys.Set(await store.ReadAsync(cancellationToken));

    /// <summary>Stores all that is missing in a partition now.</summary>
    /// <returns>How many blocks were read for it.</returns>
    public async Task<long> FillAsync(LedgerPartition partition, CancellationToken cancellationToken)
    {
        var (lists, reads, blocks) = (partition.Lists, partition.Reads, 0L);
        var own = await RefreshAsync(partition, cancellationToken);
        // What is damaged is read from the log until all lists are dropped.
        var spans = lists.Coverage.Current;
        var missing = spans.Missing(reads.Lists.After, Guid.Empty).Where(span => !spans.IsDistrusted(span.After, span.Last)).ToList();
        foreach (var (after, last) in missing)
            for (var done = after; done < last;)
            {
                var rows = new ListRows();
                var end = done;
                while (end < last && rows.Count < SpanRows)
                    end = await ReadAsync(reads, rows, ledger.IndexedKeys, end, last, cancellationToken);
                await lists.Projection.WriteAsync(rows, done, end, reads, cancellationToken);
                (blocks, done) = (blocks + end - done, end);
            }
        foreach (var key in own)
            blocks += await FillAsync(lists, reads, key, cancellationToken);
        return blocks + await FillStatusesAsync(lists, reads, cancellationToken);
    }

    private async Task<List<IndexedKey>> RefreshAsync(LedgerPartition partition, CancellationToken cancellationToken)
    {
        var own = ledger.IndexedKeys.All.Where(key => ledger.PartitionOf(key.Tenant) == partition).ToList();
        await partition.Lists.Coverage.RefreshAsync(all: true, cancellationToken);
        await partition.Lists.Coverage.RefreshAsync([.. own.Select(key => key.Id), ListTerms.Statuses], cancellationToken);
        return own;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            for (var count = 0; ; count++)
            {
                await RunAsync(fills: count % IntervalsPerFullRead == 0, stoppingToken);
                if (!await timer.WaitForNextTickAsync(stoppingToken))
                    return;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is missing is read from the log.
        }
    }

    private static async Task<long> FillAsync(
        PartitionLists lists, PartitionReads reads, IndexedKey key, CancellationToken cancellationToken)
    {
        var keys = new IndexedKeys();
        keys.Set([key]);
        var blocks = 0L;
        foreach (var (after, last) in lists.Coverage.Current.Missing(reads.Lists.After, key.Id))
        {
            var rows = new ListRows();
            for (var done = after; done < last;)
                done = await ReadAsync(reads, rows, keys, done, last, cancellationToken);
            await lists.Projection.WriteAsync(key, rows, after, last, cancellationToken);
            blocks += last - after;
        }
        if (blocks > 0)
            await lists.Coverage.RefreshAsync([key.Id], cancellationToken);
        return blocks;
    }

    private static async Task<long> FillStatusesAsync(PartitionLists lists, PartitionReads reads, CancellationToken cancellationToken)
    {
        var (blocks, spans) = (0L, lists.Coverage.Current);
        foreach (var (after, last) in spans.Missing(reads.Lists.After, ListTerms.Statuses))
        {
            if (spans.IsDistrusted(after, last))
                continue;
            var rows = new ListRows();
            for (var done = after; done < last;)
                done = await ReadAsync(reads, rows, new IndexedKeys(), done, last, cancellationToken);
            await lists.Projection.WriteStatusesAsync(rows, after, last, reads, cancellationToken);
            blocks += last - after;
        }
        if (blocks > 0)
            await lists.Coverage.RefreshAsync([ListTerms.Statuses], cancellationToken);
        return blocks;
    }

    private static async Task<long> ReadAsync(
        PartitionReads reads, ListRows rows, IndexedKeys keys, long after, long last, CancellationToken cancellationToken)
    {
        last = Math.Min(last, after + PageBlocks);
        var blocks = await reads.BlocksAsync([.. Enumerable.Range(1, (int)(last - after)).Select(i => after + i)], cancellationToken);
        for (var number = after + 1; number <= last; number++)
            rows.Add(number, blocks[number].At, blocks[number].ReadRecords(), keys);
        return last;
    }

    private async Task RunAsync(bool fills, CancellationToken cancellationToken)
    {
        try
        {
            var version = ledger.IndexedKeys.Version;
            await ReadKeysAsync(cancellationToken);
            fills |= version != ledger.IndexedKeys.Version;
            foreach (var partition in ledger.Partitions)
                if (fills && partition is { IsOwned: true, IsRecovered: true })
                {
                    if (await FillAsync(partition, cancellationToken) is > 0 and var blocks)
                        Log.Filled(logger, partition.Number, blocks);
                }
                else if (fills && partition.IsRecovered)
                    await RefreshAsync(partition, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotFilled(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3013, LogLevel.Information, "Partition {Partition}: lists of {Blocks} blocks were stored that were missing")]
        public static partial void Filled(ILogger logger, int partition, long blocks);

        [LoggerMessage(3014, LogLevel.Warning, "Lists that are missing were not stored; it is tried again")]
        public static partial void NotFilled(ILogger logger, Exception exception);
    }
}
