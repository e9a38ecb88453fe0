using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

internal static class AccountRules
{
    public static LedgerRecord Open(LedgerView view, OpenAccount command, long now)
    {
        var id = LedgerId.ForAccount(command.Tenant, command.AccountHolder, command.Asset);
        if (view.Account(id) is not null)
            return LedgerRecord.Rejected(command, RejectionCode.AccountExists);
        var account = new AccountState
        {
            Id = id,
            Tenant = command.Tenant,
            Holder = command.AccountHolder,
            Asset = command.Asset,
            CreditLimit = command.CreditLimit,
            OpenedAt = now,
        };
        return new LedgerRecord(command, null) { Opened = [account] };
    }

    /// <summary>The system account; one that nobody has used yet is to be opened by the record, if that is accepted.</summary>
    public static AccountState System(LedgerView view, string tenant, SystemAccount system, string asset, long now, List<AccountState> opened)
    {
        var id = LedgerId.ForSystemAccount(tenant, system, asset);
        if (view.Account(id) is { } account)
            return account;
        account = new AccountState { Id = id, Tenant = tenant, Holder = system.ToCode(), Asset = asset, System = system, OpenedAt = now };
        opened.Add(account);
        return account;
    }

    /// <summary>False where the command may not see the account at all: answered as if it did not exist.</summary>
    public static bool IsVisible(AccountState? account, Command command) =>
        account is not null && account.Tenant == command.Tenant && (command.Holder is null || account.Holder == command.Holder && !account.IsSystem);
}
