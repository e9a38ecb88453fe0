using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Ledger.Audit;

/// <summary>Adds up the ledger again and again, so that a fault is an alert within minutes and not a finding of the next audit.</summary>
internal sealed partial class LedgerWatch(CreditLedger ledger, LedgerMetrics metrics, IOptions<LedgerOptions> options, TimeProvider time, ILogger<LedgerWatch> logger) : BackgroundService
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(2);

    private LedgerAudit? latest;
    private DateTimeOffset latestAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe("credit_system_ledger_invariant_violations", () => latest?.Violations, "Statements about the ledger that do not hold");
        metrics.Observe("credit_system_ledger_chain_breaks", () => latest?.BrokenChains, "Partitions with a block that is not what was sealed");
        metrics.Observe("credit_system_ledger_audit_age_seconds", () => latest is null ? null : (long)(time.GetUtcNow() - latestAt).TotalSeconds, "Time since the ledger was last added up");
        var chainsReadAt = time.GetUtcNow();
        for (var wait = FirstAfter; await SleepAsync(wait, stoppingToken); wait = TimeSpan.FromSeconds(options.Value.AuditIntervalSeconds))
        {
            // The first audit reads everything anyhow.
            var fromTheStart = time.GetUtcNow() - chainsReadAt >= TimeSpan.FromSeconds(options.Value.ChainIntervalSeconds);
            if (await AuditAsync(fromTheStart, stoppingToken) && fromTheStart)
                chainsReadAt = time.GetUtcNow();
        }
    }

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

    private async Task<bool> AuditAsync(bool fromTheStart, CancellationToken stoppingToken)
    {
        try
        {
            using var activity = LedgerMetrics.Source.StartActivity("ledger.audit");
            var audit = await ledger.AuditAsync(fromTheStart, stoppingToken);
            (latest, latestAt) = (audit, time.GetUtcNow());
            if (audit is not { Violations: 0, BrokenChains: 0 })
                Log.DoesNotAddUp(logger, audit.Violations, audit.BrokenChains);
            return true;
        }
#pragma warning disable CA1031 // The database may be away, or a secret being rotated: the age of the audit tells, and the next one tries again.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.AuditFailed(logger, exception);
            return false;
        }
#pragma warning restore CA1031
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3601, LogLevel.Critical, "The ledger does not add up: {Violations} statements do not hold, {BrokenChains} chains are broken.")]
        public static partial void DoesNotAddUp(ILogger logger, int violations, int brokenChains);

        [LoggerMessage(3602, LogLevel.Warning, "The ledger could not be added up.")]
        public static partial void AuditFailed(ILogger logger, Exception exception);
    }
}
