using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Identity.SecurityAudit;

public sealed class SecurityAuditOptions
{
    public const string SectionName = "Audit";

    /// <summary>
    /// Also record each request that moves credits. The ledger's own log is what proves those; this adds from where and with
    /// which credential.
    /// </summary>
    public bool MoneyWrites { get; set; } = true;

    /// <summary>How long events of money writes wait for others to be written with, in milliseconds.</summary>
    [Range(1, 10_000)]
    public int FlushMilliseconds { get; set; } = 250;

    /// <summary>The most events that wait while the database is away; beyond it they go to the log of the service.</summary>
    [Range(100, 1_000_000)]
    public int QueueCapacity { get; set; } = 20_000;

    /// <summary>
    /// How long an administrative request waits for its event to be stored before it is answered all the same, in milliseconds.
    /// </summary>
    [Range(10, 60_000)]
    public int StoreTimeoutMilliseconds { get; set; } = 2_000;
}
