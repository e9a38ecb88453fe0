namespace CreditSystem.Ledger.Outbox;

/// <summary>The names of what can happen. A release adds names; it changes and removes none.</summary>
public static class LedgerEvents
{
    public const string AccountOpened = "account.opened";
    public const string AccountUpdated = "account.updated";
    public const string TransferPosted = "transfer.posted";
    public const string TransferReversed = "transfer.reversed";
    public const string HoldPlaced = "hold.placed";
    public const string HoldCaptured = "hold.captured";
    public const string HoldReleased = "hold.released";
    public const string HoldVoided = "hold.voided";
    public const string HoldExpired = "hold.expired";
    public const string GrantIssued = "grant.issued";
    public const string GrantVoided = "grant.voided";
    public const string GrantExpired = "grant.expired";

    public const string DebtIncurred = "debt.incurred";
    public const string DebtReduced = "debt.reduced";
    public const string DebtCollected = "debt.collected";
    public const string DebtForgiven = "debt.forgiven";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AccountOpened, AccountUpdated, TransferPosted, TransferReversed, HoldPlaced, HoldCaptured, HoldReleased, HoldVoided, HoldExpired,
        GrantIssued, GrantVoided, GrantExpired, DebtIncurred, DebtReduced, DebtCollected, DebtForgiven,
    ];
}
