using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection;

/// <summary>The accounts that have changed in some blocks.</summary>
/// <param name="Accounts">As of <paramref name="Block"/>, or later.</param>
/// <param name="After">The block that all accounts were written as of before.</param>
/// <param name="Rebuilds">The rebuilds of the projection that the writer knows of.</param>
public sealed record ChangedAccounts(IReadOnlyList<AccountState> Accounts, long After, long Block, long Rebuilds)
{
    /// <summary>Whether an account may not have been written before.</summary>
    public bool MayBeNew(AccountState account) => account.OpenedIn > After;
}
