using System.Collections.Concurrent;
using CreditSystem.Ledger.Outbox;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>
/// Looks after the policies of the logs that this replica owns: reads what happens in a log, and looks at the accounts that it happens
/// to. Its place in the log is in memory: a replica that begins looks at all accounts once. Two that believe to own a log do no harm.
/// </summary>
internal sealed partial class TopUpWatcher(
    TopUpStore store, TopUpCharger charger, TopUpNotifier notifier, CreditLedger ledger, OutboxReader outbox,
    IOptions<TopUpOptions> options,
    TimeProvider time, ILogger<TopUpWatcher> logger) : PollingService(time)
{
    private const int BlocksAtOnce = 100;
    private const int PoliciesAtOnce = 200;

    private static readonly ParallelOptions Several = new() { MaxDegreeOfParallelism = 8 };

    private readonly ConcurrentDictionary<int, long> cursors = new();

    /// <summary>One look at everything that has happened and that is due.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var inUse = (await store.PartitionsAsync(cancellationToken)).ToHashSet();
        foreach (var partition in ledger.Partitions)
        {
            if (!partition.IsOwned || !inUse.Contains(partition.Number))
                cursors.TryRemove(partition.Number, out _);
            else
                await FollowAsync(partition.Number, partition.Status.Head, cancellationToken);
            if (!partition.IsOwned)
                continue;
            await LookAtAsync(
                await store.DueAsync(partition.Number, Time.GetUtcNow().UtcDateTime, PoliciesAtOnce, cancellationToken), cancellationToken);
            await notifier.TellAsync(partition.Number, cancellationToken);
        }
    }

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(options.Value.PollMilliseconds);

    protected override async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return false;
    }

    protected override void OnFailure(Exception failure) => TopUpWatcherLog.Failed(logger, failure.GetType().Name);

    private async Task FollowAsync(int partition, long head, CancellationToken cancellationToken)
    {
        if (!cursors.TryGetValue(partition, out var cursor))
        {
            // What happens from now on is read; what has happened is in the balances.
            await LookAtAllAsync(partition, cancellationToken);
            cursors[partition] = head;
            return;
        }

        OutboxBatch batch;
        do
        {
            batch = await outbox.ReadAsync(partition, cursor, BlocksAtOnce, cancellationToken);
            var accounts = batch.Events.Where(known => known.Posting >= 0)
                .SelectMany(known => known.Record.Postings[known.Posting].Entries.Select(entry => entry.Account.ToString("D"))).ToHashSet();
            foreach (var some in accounts.Chunk(PoliciesAtOnce))
                await LookAtAsync(await store.AmongAsync(some, cancellationToken), cancellationToken);
            cursors[partition] = cursor = batch.Block;
        }
        while (batch.MayGoOn);
    }

    private async Task LookAtAllAsync(int partition, CancellationToken cancellationToken)
    {
        var after = "";
        while (await store.PageAsync(partition, after, PoliciesAtOnce, cancellationToken) is { Count: > 0 } page)
        {
            await LookAtAsync(page, cancellationToken);
            after = page[^1].Account;
        }
    }

    /// <summary>One that fails keeps no other waiting; its time comes again.</summary>
    private Task LookAtAsync(IEnumerable<TopUpPolicy> policies, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(policies, Several, async (policy, _) =>
        {
            try
            {
                await charger.LookAsync(policy, cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                TopUpWatcherLog.NotLookedAt(logger, failure, policy.Account);
                // Whatever it was: the crossing must not be lost with it.
                cursors.TryRemove(policy.Partition, out var _);
            }
        });

    private static partial class TopUpWatcherLog
    {
        [LoggerMessage(4024, LogLevel.Warning, "Top-ups could not be looked after, the next attempt follows: {Failure}")]
        public static partial void Failed(ILogger logger, string failure);

        [LoggerMessage(4025, LogLevel.Warning, "The top-up of account {Account} could not be looked at; it is looked at again")]
        public static partial void NotLookedAt(ILogger logger, Exception exception, string account);
    }
}
