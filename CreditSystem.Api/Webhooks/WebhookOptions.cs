namespace CreditSystem.Api.Webhooks;

/// <summary>How tenants are told what happens in their ledger.</summary>
internal sealed class WebhookOptions
{
    public const string SectionName = "Webhooks";

    /// <summary>
    /// Whether endpoints may be at addresses that only this network reaches, and speak plain HTTP. Never where tenants are
    /// strangers.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How often new events and due deliveries are looked for, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; set; } = 1000;

    /// <summary>How long one delivery may take, in seconds.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>The most endpoints that one replica delivers to at once.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentEndpoints { get; set; } = 64;

    /// <summary>The most of them that one tenant may have; the others of the tenant wait for these.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentEndpointsPerTenant { get; set; } = 4;

    /// <summary>After how many failures in a row an endpoint is left alone for a while: from a minute up to an hour.</summary>
    [Range(1, 1000)]
    public int PauseAfterFailures { get; set; } = 10;

    /// <summary>How long a delivery is tried at most, in hours, also where a pause lets few attempts be made.</summary>
    [Range(1, 720)]
    public int GiveUpHours { get; set; } = 72;

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

    /// <summary>How long a dead delivery is kept in case somebody wants it delivered again, in days.</summary>
    [Range(1, 365)]
    public int KeepDeadDays { get; set; } = 30;
}
