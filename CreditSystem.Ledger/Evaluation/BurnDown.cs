using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Evaluation;

/// <summary>Which lots pay, in which order.</summary>
internal static class BurnDown
{
    /// <summary>Takes an amount out of what is free; what the lots do not cover overdraws the base lot.</summary>
    /// <param name="account">Who pays.</param>
    /// <param name="amount">How much, minor units.</param>
    /// <param name="now">The time of the block.</param>
    /// <param name="paidOnly">Leave promotional lots alone.</param>
    /// <returns>Negative amounts in the order of burn-down; empty when only the base lot pays.</returns>
    public static LotChange[] Draw(AccountState account, long amount, long now, bool paidOnly = false) =>
        account.Lots.Length == 0
            ? []
            : [.. Take(account, amount, now, paidOnly).Select(part => new LotChange(part.Terms, -part.Amount, 0))];

    /// <summary>Sets an amount aside for a hold. The amount must be free without overdraft.</summary>
    public static LotChange[] Reserve(AccountState account, long amount, long now, bool paidOnly = false) =>
        [.. Take(account, amount, now, paidOnly).Select(part => new LotChange(part.Terms, 0, part.Amount))];

    /// <summary>The first <paramref name="amount"/> of what a hold has set aside.</summary>
    public static LotChange[] Release(LotChange[] reservations, long amount)
    {
        var taken = new List<LotChange>();
        foreach (var reservation in reservations)
        {
            var part = Math.Min(reservation.Pinned, amount);
            if (part > 0)
                taken.Add(new LotChange(reservation.Terms, 0, part));
            amount -= part;
        }
        return [.. taken];
    }

    /// <summary>What is left of reservations after some of them were taken.</summary>
    public static LotChange[] Subtract(LotChange[] reservations, LotChange[] taken)
    {
        return [.. reservations.Select(Left).Where(part => part.Pinned > 0)];

        LotChange Left(LotChange part) =>
            part with { Pinned = part.Pinned - taken.Where(other => other.Terms.Id == part.Terms.Id).Sum(other => other.Pinned) };
    }

    /// <summary>Gives back what a draw took, last drawn first, after skipping what has been given back already.</summary>
    public static LotChange[] Restore(LotChange[] drawn, long skip, long amount)
    {
        var restored = new List<LotChange>();
        for (var i = drawn.Length - 1; i >= 0 && amount > 0; i--)
        {
            var size = -drawn[i].Amount;
            var skipped = Math.Min(size, skip);
            var part = Math.Min(size - skipped, amount);
            skip -= skipped;
            amount -= part;
            if (part > 0)
                restored.Add(new LotChange(drawn[i].Terms, part, 0));
        }
        return [.. restored];
    }

    /// <summary>What the receiver of a draw gets: the same lots, with their terms.</summary>
    public static LotChange[] Carry(LotChange[] drawn) =>
        Entries.WithoutBaseOnly(
            [.. drawn.Where(change => change.Amount != 0).Select(change => new LotChange(change.Terms, -change.Amount, 0))]);

    /// <summary>What is free now in promotional lots.</summary>
    public static Int128 PromotionalFree(AccountState account, long now)
    {
        var free = (Int128)0;
        foreach (var lot in account.Lots)
            if (lot.Terms.Promotional && lot.Terms.EffectiveAt <= now)
                free += lot.Free;
        return free;
    }

    /// <summary>The lots after the changes, in the order of burn-down, without those that have nothing left.</summary>
    public static Lot[] Change(Lot[] lots, LotChange[] changes)
    {
        var result = new List<Lot>(lots);
        foreach (var change in changes)
        {
            if (change.Terms.IsBase)
                continue;
            var index = result.FindIndex(lot => lot.Terms.Id == change.Terms.Id);
            var lot = index >= 0 ? result[index] : new Lot(change.Terms, 0, 0);
            lot = lot with { Remaining = lot.Remaining + change.Amount, Pinned = lot.Pinned + change.Pinned };
            if (index >= 0)
                result.RemoveAt(index);
            if (lot.Remaining == 0 && lot.Pinned == 0)
                continue;
            var place = result.FindIndex(other => other.Terms > lot.Terms);
            result.Insert(place < 0 ? result.Count : place, lot);
        }
        return [.. result];
    }

    private static List<(LotTerms Terms, long Amount)> Take(AccountState account, long amount, long now, bool paidOnly)
    {
        var parts = new List<(LotTerms Terms, long Amount)>();
        var baseTaken = false;
        foreach (var lot in account.Lots)
        {
            if (!baseTaken && lot.Terms > LotTerms.Base)
                TakeBase();
            if (lot.Terms.EffectiveAt <= now && !(paidOnly && lot.Terms.Promotional) && Math.Min(lot.Free, amount) is > 0 and var part)
            {
                parts.Add((lot.Terms, part));
                amount -= part;
            }
        }
        if (!baseTaken)
            TakeBase();
        // The overdraft is drawn last, so it is given back first: an element of its own after what the base lot had.
        if (amount > 0)
            parts.Add((LotTerms.Base, amount));
        return parts;

        void TakeBase()
        {
            baseTaken = true;
            var part = (long)Int128.Clamp(account.BaseFree, 0, amount);
            if (part > 0)
                parts.Add((LotTerms.Base, part));
            amount -= part;
        }
    }
}
