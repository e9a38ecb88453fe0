using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Testing;

internal sealed partial class ReferenceLedger
{
    /// <param name="policy">Restore, Extend or Refuse.</param>
    public string Reverse(Guid id, Guid transfer, long? asked, string policy = "Restore", bool paidOnly = false)
    {
        if (!moves.TryGetValue(transfer, out var moved))
            return "TransferNotFound";
        Settle(moved.From);
        Settle(moved.To);
        if (!moved.Reversible)
            return "NotReversible";
        var (payer, payee, left) = (Find(moved.To)!, Find(moved.From)!, moved.Amount - moved.Reversed);
        var amount = asked ?? left;
        if (left == 0)
            return "AlreadyReversed";
        if (amount > left)
            return $"ReversalExceedsTransfer {left} {amount}";
        if (!payer.System && Available(moved.To) < amount)
            return $"InsufficientFunds {Available(moved.To)} {amount}";
        var between = !payer.System && !payee.System;
        var slices = Slice(Enumerable.Reverse(moved.Drawn), moved.Reversed, amount);
        var (paid, most) = Return(payer, slices, amount, between && paidOnly);
        if (most < amount)
            return $"NotTransferable {Int128.Max(most, 0)} {amount}";
        var given = payee.System ? [(payee.Base, amount)] : between ? paid : slices;
        // Whether it was voided is asked of the grants that had paid.
        bool IsVoided(ReferenceLot lot) => slices.Exists(slice => slice.Lot.Id == lot.Id) && voided.Contains((lot.Id, moved.From));
        bool HasEnded(ReferenceLot lot) => !lot.IsBase && (lot.Expires <= Now || IsVoided(lot));
        if (policy == "Refuse" && given.Where(part => HasEnded(part.Lot)).Sum(part => part.Size) is > 0 and var lost)
            return $"GrantEnded {amount - lost} {amount}";
        if (policy == "Extend")
            given = [.. given.Select((part, index) => HasEnded(part.Lot) && !IsVoided(part.Lot) ? (Extended(part.Lot, LedgerId.ForExtendedGrant(id, index)), part.Size) : part)];
        if (!Fits(payer, payee, amount))
            return "LimitExceeded";
        var parts = given.Select(part => (part.Lot, part.Size, Ended: HasEnded(part.Lot), Target: IsVoided(part.Lot) ? part.Lot.Source : InAsset("$Breakage", payee.Asset))).ToList();
        if (parts.Exists(part => part.Ended && !Fits(payee, System(part.Target), part.Size)))
            return "LimitExceeded";
        Draw(payer, paid);
        Give(payee, given);
        foreach (var (lot, size, _, target) in parts.Where(part => part.Ended))
        {
            Open(target).Base.Remaining += size;
            Draw(payee, [(payee.Own(lot), size)]);
        }
        moved.Reversed += amount;
        moves[id] = new Moved(moved.To, moved.From, amount, false, []);
        return Collect(moved.To, moved.From);
    }

    // What was received goes back first, then what is outside grants as far as the limit allows, then other grants.
    private (List<(ReferenceLot Lot, long Size)> Paid, Int128 Most) Return(ReferenceAccount payer, List<(ReferenceLot Lot, long Size)> slices, long amount, bool paidOnly)
    {
        if (payer.System)
            return ([(payer.Base, amount)], amount);
        var (left, paid) = (amount, new List<(ReferenceLot Lot, long Size)>());
        foreach (var (terms, size) in slices.Where(slice => !slice.Lot.IsBase))
            if (payer.Lots.Find(lot => lot.Id == terms.Id && lot.Effective <= Now) is { } own && Math.Min(Math.Min(own.Free, size), left) is > 0 and var part)
            {
                paid.Add((own, part));
                left -= part;
            }
        var fromBase = (long)Int128.Clamp((Int128)payer.Base.Remaining - payer.Base.Pinned + payer.Limit, 0, left);
        if (fromBase > 0)
            paid.Add((payer.Base, fromBase));
        left -= fromBase;
        paid.ForEach(part => part.Lot.Remaining -= part.Size);
        var most = (Int128)amount;
        if (left > 0 && paidOnly)
            most = Int128.Min(most, amount - left + Int128.Clamp(payer.Free(Now) + payer.Limit, long.MinValue, long.MaxValue) - payer.Promotional(Now));
        var rest = left > 0 && most >= amount ? Take(payer, left, paidOnly) : [];
        paid.ForEach(part => part.Lot.Remaining += part.Size);
        return ([.. paid, .. rest], most);
    }

    private ReferenceLot Extended(ReferenceLot lot, Guid id)
    {
        var extended = lot.Empty();
        (extended.Id, extended.Effective, extended.Created, extended.Expires) = (id, Now, Now, Now + lot.Expires - lot.Effective);
        return extended;
    }

    /// <param name="name">The account.</param>
    /// <param name="since">Nothing was due before; what a hold releases is due when it releases it.</param>
    private void Settle(string name, long since = long.MinValue)
    {
        if (Find(name) is not { System: false } account)
            return;
        var breakage = InAsset("$Breakage", account.Asset);
        var stuck = new HashSet<ReferenceLot>();
        while (true)
        {
            var hold = holds.Values.Where(hold => hold.Account == name && hold.State == "Active" && hold.Expires <= Now)
                .MinBy(hold => (hold.Expires, hold.Id));
            var lot = account.Lots.Where(lot => lot.Expires <= Now && lot.Free > 0 && !lot.IsBase && !stuck.Contains(lot))
                .MinBy(lot => (Math.Max(lot.Expires, since), lot.Order));
            if (hold is not null && (lot is null || hold.Expires <= Math.Max(lot.Expires, since)))
            {
                since = hold.Expires;
                Release(hold, "Expired");
                Collect(since, name);
            }
            else if (lot is null)
                return;
            else if (!Fits(account, System(breakage), lot.Free))
                stuck.Add(lot);
            else
            {
                since = Math.Max(lot.Expires, since);
                Open(breakage).Base.Remaining += lot.Free;
                Draw(account, [(lot, lot.Free)]);
                Collect(since, name);
            }
        }
    }

    private string? Refuse(Guid key, out Hold hold)
    {
        if (!holds.TryGetValue(key, out hold!))
            return "HoldNotFound";
        Settle(hold.Account);
        return holds[key].State == "Active" ? null : $"HoldNotActive {holds[key].State}";
    }

    private void Release(Hold hold, string state)
    {
        hold.Pins.ForEach(pin => pin.Lot.Pinned -= pin.Size);
        holds[hold.Id] = hold with { Pins = [], State = state };
        Prune(Find(hold.Account)!);
    }

    private List<(ReferenceLot Lot, long Size)> Take(ReferenceAccount account, long amount, bool paidOnly)
    {
        var usable = account.Lots.Where(lot => lot.Effective <= Now && !(paidOnly && lot.Promotional)).OrderBy(lot => lot.Order);
        var parts = Slice(usable.Select(lot => (lot, Math.Max(lot.Free, 0))), 0, amount);
        var overdraft = amount - parts.Sum(part => part.Size);
        return overdraft > 0 ? [.. parts, (account.Base, overdraft)] : parts;
    }

    private static List<(ReferenceLot Lot, long Size)> Draw(ReferenceAccount account, List<(ReferenceLot Lot, long Size)> parts)
    {
        parts.ForEach(part => part.Lot.Remaining -= part.Size);
        Prune(account);
        return parts;
    }

    private static void Give(ReferenceAccount account, List<(ReferenceLot Lot, long Size)> parts) => parts.ForEach(part => account.Own(part.Lot).Remaining += part.Size);

    private static List<(ReferenceLot Lot, long Size)> Slice(IEnumerable<(ReferenceLot Lot, long Size)> parts, long skip, long take)
    {
        var slice = new List<(ReferenceLot, long)>();
        foreach (var (lot, size) in parts)
        {
            var skipped = Math.Min(size, skip);
            var part = Math.Min(size - skipped, take);
            (skip, take) = (skip - skipped, take - part);
            if (part > 0)
                slice.Add((lot, part));
        }
        return slice;
    }

    private static void Prune(ReferenceAccount account) => account.Lots.RemoveAll(lot => lot is { Remaining: 0, Pinned: 0, IsBase: false });

    private static bool Fits(ReferenceAccount from, ReferenceAccount to, long amount) => from.Posted - amount >= -long.MaxValue && to.Posted + amount <= long.MaxValue;

    // A system account that is named is the one in the other side's asset; one that is given by its id is what it is.
    private (string From, string To) Resolve(string from, string to, (bool From, bool To) byId)
    {
        var asset = from[0] != '$' && Find(from) is { } payer ? payer.Asset
            : from[0] == '$' && byId.From && Find(from) is not null ? Main
            : to[0] != '$' && Find(to) is { } payee ? payee.Asset : Main;
        return (byId.From ? from : InAsset(from, asset), byId.To ? to : InAsset(to, asset));
    }

    public const string Main = "credits";

    private static string InAsset(string name, string asset) => name[0] == '$' && asset != Main ? $"{name}/{asset}" : name;

    private string AssetOf(string name) => name[0] != '$' ? Find(name)!.Asset : name.Contains('/', StringComparison.Ordinal) ? name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] : Main;

    private bool Exists(string name, bool byId) => name[0] == '$' && !byId || Find(name) is not null;

    // A system account exists from the first posting that needs it on.
    private ReferenceAccount System(string name) => Find(name) ?? new ReferenceAccount(AssetOf(name), 0, true);

    private ReferenceAccount Open(string name) => accounts[name] = System(name);

    private bool IsTaken(string user, string? reference) => reference is not null && references.Contains((user, reference));

    private void Name(string user, string? reference)
    {
        if (reference is not null)
            references.Add((user, reference));
    }
}
