namespace CreditSystem.Identity;

/// <summary>Roles: names for sets of scopes. What counts at a route is the scopes alone.</summary>
public static class Role
{
    /// <summary>Owns the tenant: may do everything in it.</summary>
    public const string Owner = "owner";

    /// <summary>Runs the tenant day by day: users, accounts, corrections, reports; no keys, no payments.</summary>
    public const string Operator = "operator";

    /// <summary>A program of the tenant, as a rule with an API key.</summary>
    public const string Service = "service";

    /// <summary>A person with a wallet: sees and spends only from accounts of its own.</summary>
    public const string User = "user";

    public static IReadOnlyList<string> All { get; } = [Owner, Operator, Service, User];

    /// <summary>The scopes of a role; none for a name that is no role.</summary>
    public static IReadOnlyList<string> ScopesOf(string role) => role switch
    {
        Owner => Scope.All,
        Operator =>
            [Scope.AccountsRead, Scope.AccountsWrite, Scope.TransfersWrite, Scope.GrantsWrite, Scope.HoldsWrite, Scope.UsersAdmin,
            Scope.AuditRead, Scope.OpsRead],
        Service =>
            [Scope.AccountsRead, Scope.AccountsWrite, Scope.TransfersWrite, Scope.GrantsWrite, Scope.HoldsWrite, Scope.PaymentsWrite],
        User => [Scope.AccountsRead, Scope.TransfersWrite, Scope.PaymentsWrite],
        _ => [],
    };
}
