using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger;

/// <summary>
/// Posts what has expired on accounts that nobody asks about, in the partitions that this replica owns. Should two sweep the same, the
/// ids of the postings follow from what expires, and the number of the block decides who was first.
/// </summary>
internal sealed partial class ExpirySweeper(
    CreditLedger ledger, IOptions<LedgerOptions> options, TimeProvider time, ILogger<ExpirySweeper> logger) : BackgroundService
{
    private const int MostAtOnce = 200;

    /// <summary>Settles all that is due in a partition now, each account by itself: one that fails keeps no other waiting.</summary>
    /// <returns>How many accounts were settled.</returns>
    public async Task<int> SweepAsync(LedgerPartition partition, CancellationToken cancellationToken)
    {
        var (settled, failed) = (new HashSet<Guid>(), new HashSet<Guid>());
        while (true)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var found = await partition.FindDueAsync(now, MostAtOnce + failed.Count, cancellationToken);
            var due = found.Where(account => !failed.Contains(account.Id) && settled.Add(account.Id)).ToList();
            if (due.Count == 0)
                return settled.Count;
            foreach (var account in await Task.WhenAll(due.Select(account => TrySettleAsync(partition, account))))
                if (account is { } notSettled && settled.Remove(notSettled))
                    failed.Add(notSettled);
        }
    }

    /// <returns>The account when it could not be settled.</returns>
    private static async Task<Guid?> TrySettleAsync(LedgerPartition partition, AccountState account)
    {
        try
        {
            await partition.SettleAsync(account.Tenant, account.Id);
            return null;
        }
        catch (Exception exception) when (exception is CommandFailedException || exception
            is LedgerUnavailableException
        {
            Reason: LedgerUnavailableReason.QueueFull or LedgerUnavailableReason.TooLarge
            or LedgerUnavailableReason.Corrupt
        })
        {
            // A command that fails has been logged where it did; a tenant with a full queue settles as it goes.
            return account.Id;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.SweepIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                foreach (var partition in ledger.Partitions.Where(partition => partition.IsOwned))
                    await TrySweepAsync(partition, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is due stays due.
        }
    }

    private async Task TrySweepAsync(LedgerPartition partition, CancellationToken cancellationToken)
    {
        try
        {
            if (await SweepAsync(partition, cancellationToken) is > 0 and var accounts)
                Log.Swept(logger, partition.Number, accounts);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotSwept(logger, exception, partition.Number);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3006, LogLevel.Information, "Partition {Partition}: settled what had expired on {Accounts} accounts")]
        public static partial void Swept(ILogger logger, int partition, int accounts);

        [LoggerMessage(3007, LogLevel.Warning, "Partition {Partition}: what has expired was not settled; it is tried again")]
        public static partial void NotSwept(ILogger logger, Exception exception, int partition);
    }
}
