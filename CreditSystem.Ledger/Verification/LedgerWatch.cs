using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.Verification;

/// <summary>Adds up the ledger again and again, so that a fault is an alert within minutes and not a finding of the next auditor.</summary>
/// <param name="onVerified">Told of each result.</param>
internal sealed partial class LedgerWatch(
    CreditLedger ledger, LedgerMetrics metrics, IOptions<LedgerOptions> options, TimeProvider time, ILogger<LedgerWatch> logger,
    Action<LedgerVerification>? onVerified = null) : BackgroundService
{
    /// <summary>What is logged of one verification: where more does not hold, the first ones say what is wrong.</summary>
    private const int MostLogged = 20;

    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(2);

    private LedgerVerification? latest;
    private DateTimeOffset latestAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe("credit_system_ledger_invariant_violations", Violations, "Statements about the ledger that do not hold, by check");
        metrics.Observe("credit_system_ledger_chain_breaks", () =>
            latest?.BrokenChains, "Partitions with a block that is not what was sealed");
        metrics.Observe("credit_system_ledger_audit_age_seconds", () =>
            latest is null ? null : Age(latestAt), "Time since the ledger was last added up");
        metrics.Observe("credit_system_ledger_full_verification_age_seconds", () =>
            latest?.FullAt is { } at ? Age(at) : null, "Time since every block of every log was last read again");
        for (var wait = FirstAfter; await SleepAsync(wait, stoppingToken); wait = TimeSpan.FromSeconds(options.Value.AuditIntervalSeconds))
            await VerifyAsync(stoppingToken);
    }

    private long Age(DateTimeOffset at) => (long)(time.GetUtcNow() - at).TotalSeconds;

    private IEnumerable<Measurement<long>> Violations() => latest is not { } verification
        ? []
        : LedgerChecks.All.Where(check => check != LedgerChecks.Chain).Select(check => new Measurement<long>(
            verification.Findings.Count(found => found.Finding.Check == check), new KeyValuePair<string, object?>("check", check)));

    private async Task<bool> SleepAsync(TimeSpan wait, CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(wait, time, stoppingToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task VerifyAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var activity = LedgerMetrics.Source.StartActivity("ledger.audit");
            var verification = await ledger.Verification.VerifyAllAsync(
                TimeSpan.FromSeconds(options.Value.ChainIntervalSeconds), stoppingToken, owned: true);
            (latest, latestAt) = (verification, time.GetUtcNow());
            Report(verification);
            onVerified?.Invoke(verification);
        }
#pragma warning disable CA1031 // The database may be away, or a secret being rotated: the age tells, and the next one tries again.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.VerificationFailed(logger, exception);
        }
#pragma warning restore CA1031
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    private void Report(LedgerVerification verification)
    {
        foreach (var (partition, finding) in verification.Findings.Take(MostLogged))
            Log.DoesNotHold(logger, finding.Check, partition, finding.Block, finding.Tenant ?? "all", finding.Account, finding.Detail);
        if (verification.Findings.Count > MostLogged)
            Log.MoreDoesNotHold(logger, verification.Findings.Count - MostLogged);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3601, LogLevel.Critical,
            "The ledger does not add up: {Check} does not hold in block {Block} of partition {Partition}, tenant {Tenant}, account "
            + "{Account}: {Detail}")]
        public static partial void DoesNotHold(
            ILogger logger, string check, int partition, long block, string tenant, Guid? account, string detail);

        [LoggerMessage(3602, LogLevel.Warning, "The ledger could not be added up.")]
        public static partial void VerificationFailed(ILogger logger, Exception exception);

        [LoggerMessage(3603, LogLevel.Critical, "{Count} more statements about the ledger do not hold.")]
        public static partial void MoreDoesNotHold(ILogger logger, int count);
    }
}
