namespace CreditSystem.Identity;

/// <summary>The scopes that a credential can carry (RFC 6749, section 3.3).</summary>
public static class Scope
{
    public const string AccountsRead = "accounts:read";
    public const string AccountsWrite = "accounts:write";
    public const string TransfersWrite = "transfers:write";
    public const string GrantsWrite = "grants:write";
    public const string HoldsWrite = "holds:write";
    public const string PaymentsWrite = "payments:write";
    public const string UsersAdmin = "users:admin";
    public const string KeysAdmin = "keys:admin";
    public const string WebhooksRead = "webhooks:read";
    public const string WebhooksWrite = "webhooks:write";
    public const string AuditRead = "audit:read";
    public const string OpsRead = "ops:read";

    public static IReadOnlyList<string> All { get; } =
    [
        AccountsRead, AccountsWrite, TransfersWrite, GrantsWrite, HoldsWrite, PaymentsWrite, UsersAdmin, KeysAdmin, WebhooksRead,
        WebhooksWrite, AuditRead, OpsRead,
    ];
}
