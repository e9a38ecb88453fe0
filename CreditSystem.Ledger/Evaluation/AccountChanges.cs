using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>What an account is after something that concerns it.</summary>
internal static class AccountChanges
{
    /// <summary>The account as one of its entries leaves it.</summary>
    public static AccountState After(this AccountState account, Entry entry, long block)
    {
        var before = entry.Terms is not { } terms ? account : account with
        {
            CreditLimit = terms.CreditLimit,
            DisplayName = terms.DisplayName,
            Metadata = terms.Metadata,
            ChangedIn = block,
        };
        return before with
        {
            Posted = entry.Posted,
            Held = entry.Held,
            Sequence = entry.Sequence,
            Trail = before.TrailAfter(block),
            Lots = entry.Lots.Length == 0 ? before.Lots : BurnDown.Change(before.Lots, entry.Lots),
            Debt = entry.Debt,
        };
    }

    /// <summary>The account with the hold among its open ones, or without it; null where that is so already.</summary>
    public static AccountState? After(this AccountState account, HoldState hold)
    {
        var isOpen = Array.Exists(account.Holds, other => other.Id == hold.Id);
        if (isOpen == (hold.Status == HoldStatus.Active))
            return null;
        return account with
        {
            Holds = isOpen
                ? [.. account.Holds.Where(other => other.Id != hold.Id)]
                : [.. account.Holds, new OpenHold(hold.Id, hold.ExpiresAt)],
        };
    }
}
