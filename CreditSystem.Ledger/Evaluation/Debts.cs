using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>What an account owes, and what pays it: what is outside grants first, then grants that do, in the order of burn-down.</summary>
internal static class Debts
{
    /// <summary>Collects what accounts owe from what a record has given them, before anything else can be done with it.</summary>
    public static void Collect(LedgerView view, LedgerRecord cause)
    {
        if (view.TakeIndebted() is not { } indebted)
            return;
        foreach (var id in indebted.Distinct())
            if (view.Account(id) is { Owed: > 0 } account && Draw(account, account.Owed, cause.EffectiveAt).Amount > 0)
                Evaluator.Execute(view, CollectDebt.From(account, cause.EffectiveAt));
    }

    /// <summary>What can be taken of an amount, and from which lots; it never overdraws, and holds keep theirs.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="most">How much is wanted, minor units.</param>
    /// <param name="at">When: a grant that had expired or was not effective yet pays nothing.</param>
    public static (LotChange[] Drawn, long Amount) Draw(AccountState account, long most, long at)
    {
        var left = most;
        var drawn = new List<LotChange>();
        Take(LotTerms.Base, account.BaseFree);
        foreach (var lot in account.Lots)
            if (lot.Terms.PaysDebt && lot.Terms.EffectiveAt <= at && !(lot.Terms.ExpiresAt <= at))
                Take(lot.Terms, lot.Free);
        return (Entries.WithoutBaseOnly([.. drawn]), most - left);

        void Take(LotTerms terms, Int128 free)
        {
            var part = (long)Int128.Clamp(free, 0, left);
            if (part > 0)
                drawn.Add(new LotChange(terms, -part, 0));
            left -= part;
        }
    }

    /// <summary>
    /// The account as it will be once what it owes has been collected: what it may spend of within a batch, at whose end that is done.
    /// </summary>
    public static AccountState AsCollected(AccountState account, long now)
    {
        if (account.Owed == 0 || Draw(account, account.Owed, now) is not { Amount: > 0 } paid)
            return account;
        var lots = BurnDown.Change(account.Lots, paid.Drawn);
        return account with { Posted = account.Posted - paid.Amount, Lots = lots, Debt = new(account.Owed - paid.Amount, []) };
    }

    /// <summary>The account with another debt, and the grants among what was drawn remembered.</summary>
    public static AccountState Owing(AccountState account, long amount, LotChange[] drawn)
    {
        var grants = new List<LotChange>(account.Debt?.Drawn ?? []);
        foreach (var part in drawn)
        {
            if (part.Terms.IsBase)
                continue;
            var index = grants.FindIndex(other => other.Terms.Id == part.Terms.Id);
            if (index < 0)
                grants.Add(part with { Amount = -part.Amount });
            else
                grants[index] = grants[index] with { Amount = grants[index].Amount - part.Amount };
        }
        return account with { Debt = DebtState.Create(amount, [.. grants]) };
    }

    /// <summary>What gets an amount back: the grants that paid last, then what is outside grants.</summary>
    /// <returns>The account without what is given back, and that.</returns>
    public static (AccountState Account, LotChange[] Restored) Restore(AccountState account, long amount)
    {
        var grants = new List<LotChange>(account.Debt?.Drawn ?? []);
        var restored = new List<LotChange>();
        while (amount > 0 && grants.Count > 0)
        {
            var part = Math.Min(grants[^1].Amount, amount);
            restored.Add(grants[^1] with { Amount = part });
            amount -= part;
            if (grants[^1].Amount == part)
                grants.RemoveAt(grants.Count - 1);
            else
                grants[^1] = grants[^1] with { Amount = grants[^1].Amount - part };
        }
        if (amount > 0)
            restored.Add(new LotChange(LotTerms.Base, amount, 0));
        return (account with { Debt = DebtState.Create(account.Owed, [.. grants]) }, Entries.WithoutBaseOnly([.. restored]));
    }
}
