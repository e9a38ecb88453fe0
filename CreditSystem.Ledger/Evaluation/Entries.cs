using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>Makes entries, and refuses those whose balance Int64 cannot hold.</summary>
internal static class Entries
{
    public static bool TryMake(AccountState account, long amount, long held, LotChange[] lots, out Entry entry)
    {
        var posted = (Int128)account.Posted + amount;
        var holds = (Int128)account.Held + held;
        var fits = posted >= -long.MaxValue && posted <= long.MaxValue && holds <= long.MaxValue;
        entry = fits
            ? new Entry(account.Id, amount, account.Sequence + 1, (long)posted, (long)holds) { Lots = lots, Debt = account.Debt }
            : null!;
        return fits;
    }

    /// <summary>A posting from one account to another, or a rejection when a balance would overflow.</summary>
    public static LedgerRecord Post(
        LedgerView view, Command command, Guid id, TransferKind kind, AccountState from, AccountState to, long amount,
        LotChange[] drawn, LotChange[] credited, long released = 0)
    {
        // The last guard: both entries would be made from the same balance, and one of them be lost.
        if (view.Rules >= RulesVersion.Second && from.Id == to.Id)
            return command.Reject(RejectionCode.SameAccount);
        if (!TryMake(from, -amount, -released, drawn, out var debit) || !TryMake(to, amount, 0, credited, out var credit))
            return command.Reject(RejectionCode.LimitExceeded);
        return LedgerRecord.Posted(command, new Posting(id, kind, from.Asset, [debit, credit]));
    }

    /// <summary>Moves what is free of a grant to a system account.</summary>
    public static LedgerRecord Withdraw(
        LedgerView view, Command command, AccountState account, Lot lot, SystemAccount target, TransferKind kind)
    {
        var opened = new List<AccountState>();
        var receiver = view.SystemAccount(account.Tenant, target, account.Asset, opened);
        var record = Post(view, command, command.Id, kind, account, receiver, lot.Free, [new LotChange(lot.Terms, -lot.Free, 0)], []);
        return record.Accepted ? record with { Opened = [.. opened] } : record;
    }

    /// <summary>A posting that moves nothing but what is held.</summary>
    public static Posting Reserve(Guid id, TransferKind kind, AccountState account, long held, LotChange[] lots)
    {
        var entry = new Entry(account.Id, 0, account.Sequence + 1, account.Posted, account.Held + held)
        {
            Lots = WithoutBaseOnly(lots),
            Debt = account.Debt,
        };
        return new(id, kind, account.Asset, [entry]);
    }

    /// <summary>A posting that moves nothing: the account owes something else after it.</summary>
    public static Posting Owe(Guid id, TransferKind kind, AccountState account, DebtState? debt)
    {
        var entry = new Entry(account.Id, 0, account.Sequence + 1, account.Posted, account.Held) { Debt = debt };
        return new(id, kind, account.Asset, [entry]);
    }

    /// <summary>A posting that moves nothing: from then on the account is as the terms say.</summary>
    public static Posting Change(Guid id, AccountState account, AccountTerms terms)
    {
        var entry = new Entry(account.Id, 0, account.Sequence + 1, account.Posted, account.Held) { Debt = account.Debt, Terms = terms };
        return new(id, TransferKind.AccountChange, account.Asset, [entry]);
    }

    // The base lot follows from the account's sums, so changes of it alone are not stored.
    public static LotChange[] WithoutBaseOnly(LotChange[] lots) => Array.TrueForAll(lots, lot => lot.Terms.IsBase) ? [] : lots;
}
