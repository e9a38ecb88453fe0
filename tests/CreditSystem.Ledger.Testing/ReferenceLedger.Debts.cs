namespace CreditSystem.Ledger.Testing;

// What is owed: a number beside the balance, and a list of the grants that have paid.
internal sealed partial class ReferenceLedger
{
    /// <summary>Brings what is taken back of a purchase to a sum; what was reversed by hand is part of it.</summary>
    public string TakeBack(Guid id, Guid purchase, long sum)
    {
        if (!moves.TryGetValue(purchase, out var moved))
            return "TransferNotFound";
        Settle(moved.From);
        Settle(moved.To);
        if (moved.Amount == 0)
            return "TransferNotFound";
        var (account, clearing) = (Find(moved.To)!, Find(moved.From)!);
        if (!moved.IsPurchase || account.System || !moved.From.StartsWith("$StripeClearing", StringComparison.Ordinal))
            return "NotReversible";
        if (sum > moved.Amount)
            return $"ReversalExceedsTransfer {moved.Amount} {sum}";
        var target = Math.Max(0, sum - (moved.Reversed - moved.TakenBack));
        var change = target - moved.TakenBack;
        if (change == 0)
            return "ok";
        if ((change > 0 ? Take(account, clearing, change) : Give(account, clearing, -change)) is not { } credits)
            return "LimitExceeded";
        moved.Reversed += change;
        moved.TakenBack = target;
        // What only changes what is owed is no transfer of this id.
        if (credits > 0)
            moves[id] = new Moved(moved.To, moved.From, credits, false, []);
        return Collect(moved.To);
    }

    public string Forgive(Guid id, string name, long? asked)
    {
        Settle(name);
        if (Find(name) is not { } account)
            return "AccountNotFound";
        var amount = asked ?? account.Debt;
        if (amount == 0 || amount > account.Debt)
            return $"ExceedsDebt {account.Debt} {amount}";
        account.Debt -= amount;
        moves[id] = new Moved(name, name, 0, false, []);
        return Collect(name);
    }

    private long? Take(ReferenceAccount account, ReferenceAccount clearing, long amount)
    {
        var parts = Payers(account, amount, Now);
        var there = parts.Sum(part => part.Size);
        if (account.Debt > long.MaxValue - (amount - there) || there > 0 && !Fits(account, clearing, there))
            return null;
        Pay(account, clearing, parts);
        account.Debt += amount - there;
        return there;
    }

    private long? Give(ReferenceAccount account, ReferenceAccount clearing, long amount)
    {
        var left = amount - Math.Min(account.Debt, amount);
        var (back, rest) = (new List<(ReferenceLot Lot, long Size)>(), left);
        for (var i = account.Paid.Count - 1; i >= 0 && rest > 0; i--)
        {
            back.Add((account.Paid[i].Lot, Math.Min(account.Paid[i].Size, rest)));
            rest -= back[^1].Size;
        }
        var expired = back.Where(part => part.Lot.Expires <= Now).ToList();
        var breakage = InAsset("$Breakage", account.Asset);
        if (left > 0 && (!Fits(clearing, account, left) || expired.Exists(part => !Fits(account, System(breakage), part.Size))))
            return null;
        account.Debt -= amount - left;
        clearing.Base.Remaining -= left;
        account.Base.Remaining += rest;
        foreach (var (lot, size) in back)
        {
            var (paid, before) = account.Paid[^1];
            account.Paid.RemoveAt(account.Paid.Count - 1);
            if (before > size)
                account.Paid.Add((paid, before - size));
            if (expired.Exists(part => part.Lot.Id == lot.Id))
                Open(breakage).Base.Remaining += size;
            else
                account.Own(lot).Remaining += size;
        }
        return left;
    }

    private string Collect(params string[] names) => Collect(Now, names);

    private string Collect(long at, params string[] names)
    {
        foreach (var name in names)
            if (Find(name) is { System: false, Debt: > 0 } account)
            {
                var clearing = InAsset("$StripeClearing", account.Asset);
                var parts = Payers(account, account.Debt, at);
                var sum = parts.Sum(part => part.Size);
                if (sum == 0 || !Fits(account, System(clearing), sum))
                    continue;
                account.Debt -= sum;
                Pay(account, Open(clearing), parts);
            }
        return "ok";
    }

    private static List<(ReferenceLot Lot, long Size)> Payers(ReferenceAccount account, long most, long at)
    {
        var grants = account.Lots.Where(lot => lot is { IsBase: false, PaysDebt: true } && lot.Effective <= at && lot.Expires > at);
        return Slice(grants.OrderBy(lot => lot.Order).Prepend(account.Base).Select(lot => (lot, Math.Max(lot.Free, 0))), 0, most);
    }

    private static void Pay(ReferenceAccount account, ReferenceAccount clearing, List<(ReferenceLot Lot, long Size)> parts)
    {
        clearing.Base.Remaining += parts.Sum(part => part.Size);
        foreach (var (lot, size) in parts.Where(part => !part.Lot.IsBase))
            if (account.Paid.FindIndex(paid => paid.Lot.Id == lot.Id) is >= 0 and var place)
                account.Paid[place] = (account.Paid[place].Lot, account.Paid[place].Size + size);
            else
                account.Paid.Add((lot.Empty(), size));
        Draw(account, parts);
    }
}
