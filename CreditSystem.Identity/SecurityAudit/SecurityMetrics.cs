using System.Diagnostics.Metrics;

namespace CreditSystem.Identity.SecurityAudit;

/// <summary>What somebody should look at when it becomes more than usual.</summary>
public static class SecurityEvent
{
    public const string LoginFailed = "login_failed";
    public const string LoginLimited = "login_limited";
    public const string RefreshReused = "refresh_reused";
    public const string CredentialMissing = "credential_missing";
    public const string TokenRefused = "token_refused";
    public const string KeyRefused = "key_refused";
    public const string ScopeRefused = "scope_refused";
    public const string KeyCreated = "key_created";
    public const string KeyRotated = "key_rotated";
    public const string KeyRevoked = "key_revoked";
    public const string UserDisabled = "user_disabled";
    public const string RoleChanged = "role_changed";
    public const string PasswordChanged = "password_changed";
    public const string RateLimited = "rate_limited";
}

/// <summary>Security events as one counter. No label ever carries an id, an address or a tenant.</summary>
public sealed class SecurityMetrics
{
    public const string Name = "CreditSystem.Access";

    private readonly Counter<long> events;
    private readonly Counter<long> auditLost;

    public SecurityMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(Name);
        events = meter.CreateCounter<long>(
            "credit_system_security_events", description: "Failed logins, refused credentials and scopes, key changes and limits");
        auditLost = meter.CreateCounter<long>(
            "credit_system_audit_events_unstored",
            description: "Audit events that went to the log because the database took them too late");
    }

    /// <summary>Lets the events that are worth an alert start at zero.</summary>
    public void Begin() => events.Add(0, new KeyValuePair<string, object?>("event", SecurityEvent.LoginFailed));

    /// <param name="name">One of <see cref="SecurityEvent"/>.</param>
    /// <param name="policy">The rate limit, where it is about one.</param>
    public void Count(string name, string? policy = null)
    {
        if (policy is null)
            events.Add(1, new KeyValuePair<string, object?>("event", name));
        else
            events.Add(1, new("event", name), new("policy", policy));
    }

    public void AuditLost(int count) => auditLost.Add(count);
}
