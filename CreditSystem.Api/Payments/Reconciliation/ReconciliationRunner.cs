using System.Globalization;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>
/// Compares once a day, for all tenants: on the replica that owns the first log, so on one at a time. Two that believe to own it
/// compare the same and change nothing. Payments of the last minutes are left out: their notices may be on their way.
/// </summary>
internal sealed partial class ReconciliationRunner(
    PaymentReconciliation reconciliation, ReconciliationScope scope, ReconciliationStore store, ReconciliationMetrics metrics,
    StripeGateway provider, CreditLedger ledger, TimeProvider time, ILogger<ReconciliationRunner> logger) : PollingService(time)
{
    internal static readonly TimeSpan Margin = TimeSpan.FromMinutes(15);

    /// <summary>Refunds and disputes are found on the day on which they are made; two days more for a run that was missed.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromDays(3);

    /// <summary>Runs where it is this replica's task and there has been none today.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!ledger.Partitions[0].IsOwned || !provider.IsConfigured)
        {
            metrics.Show(null);
            return;
        }

        var now = Time.GetUtcNow().UtcDateTime;
        var day = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var last = await store.FindLastAsync(cancellationToken);
        if (last?.Day != day)
            await store.KeepAsync(last = await RunAsync(day, now, cancellationToken), cancellationToken);
        metrics.Show(last);
    }

    protected override TimeSpan Interval => TimeSpan.FromMinutes(5);

    protected override async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        return false;
    }

    protected override void OnFailure(Exception failure) => Log.NotCompared(logger, failure.Message);

    private async Task<ReconciliationRun> RunAsync(string day, DateTime now, CancellationToken cancellationToken)
    {
        var to = now - Margin;
        var report = await reconciliation.CompareAsync(await scope.OfAllAsync(cancellationToken), to - Period, to, cancellationToken);
        foreach (var difference in report.Differences)
            Log.Differs(
                logger, difference.Kind, difference.Payment ?? "", difference.Transfer ?? "", difference.Expected, difference.Actual);
        Log.Compared(logger, report.Payments, report.Purchases, report.Differences.Count);
        return new ReconciliationRun
        {
            Day = day,
            At = now,
            Payments = report.Payments,
            Differences = report.Differences.CountBy(difference => difference.Kind).ToDictionary(),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(4031, LogLevel.Information, "{Payments} payments of the provider and {Purchases} purchases of the ledger compared: "
            + "{Differences} differences")]
        public static partial void Compared(ILogger logger, int payments, int purchases, int differences);

        [LoggerMessage(
            4032, LogLevel.Error, "Provider and ledger differ, {Kind}: payment {Payment}, transfer {Transfer}, expected {Expected} "
            + "minor units, in the ledger {Actual}")]
        public static partial void Differs(ILogger logger, string kind, string payment, string transfer, long expected, long actual);

        [LoggerMessage(4033, LogLevel.Warning, "Provider and ledger could not be compared, the next attempt follows: {Failure}")]
        public static partial void NotCompared(ILogger logger, string failure);
    }
}
