using System.ComponentModel.DataAnnotations;

namespace CreditSystem.Api.Webhooks;

/// <summary>How tenants are told what happens in their ledger.</summary>
internal sealed class WebhookOptions
{
    public const string SectionName = "Webhooks";

    /// <summary>Whether endpoints may be at addresses that only this network reaches, and speak plain HTTP. Never where tenants are strangers.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How often new events and due deliveries are looked for, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; set; } = 1000;

    /// <summary>How long one delivery may take, in seconds.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>After how many attempts a delivery is dead: with the defaults after about three days.</summary>
    [Range(1, 50)]
    public int MaxAttempts { get; set; } = 16;

    /// <summary>What the wait after the first failure is, in seconds; it doubles with each, up to twelve hours.</summary>
    [Range(1, 3600)]
    public int FirstRetrySeconds { get; set; } = 10;

    [Range(1, 100)]
    public int MaxEndpointsPerTenant { get; set; } = 16;

    /// <summary>How long a delivery that arrived is kept, in days.</summary>
    [Range(1, 365)]
    public int KeepDays { get; set; } = 7;
}
