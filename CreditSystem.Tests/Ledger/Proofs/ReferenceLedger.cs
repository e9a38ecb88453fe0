namespace CreditSystem.Tests.Ledger.Proofs;

/// <summary>
/// The rules of the ledger written a second time, as plainly as possible: everything is a lot, what is outside grants
/// too, and nothing is fast. Answers are "ok", or the code with what is available and required.
/// </summary>
internal sealed class ReferenceLedger
{
    private sealed record Hold(Guid Id, string Account, string To, long Expires, List<(ReferenceLot Lot, long Size)> Pins) { public string State = "Active"; }
    private sealed record Moved(string From, string To, long Amount, bool Reversible, List<(ReferenceLot Lot, long Size)> Drawn) { public long Reversed; }

    private readonly Dictionary<string, ReferenceAccount> accounts = [];
    private readonly Dictionary<Guid, Hold> holds = [];
    private readonly Dictionary<Guid, Moved> moves = [];

    public long Now { get; set; }

    public ReferenceAccount? Find(string name) => accounts.GetValueOrDefault(name) ?? (name[0] == '$' ? accounts[name] = new ReferenceAccount(0, true) : null);

    public Int128 Available(string name) => Int128.Clamp(Find(name)!.Free(Now) + Find(name)!.Limit, long.MinValue, long.MaxValue);

    public string Open(string name, long limit) => accounts.TryAdd(name, new ReferenceAccount(limit, false)) ? "ok" : "AccountExists";

    public string Move(Guid id, string from, string to, long amount)
    {
        Settle(from);
        Settle(to);
        if (Find(from) is not { } payer || Find(to) is not { } payee)
            return "AccountNotFound";
        if (from == to)
            return "SameAccount";
        if (!payer.System && Available(from) < amount)
            return $"InsufficientFunds {Available(from)} {amount}";
        if (!Fits(payer, payee, amount))
            return "LimitExceeded";
        moves[id] = new Moved(from, to, amount, true, Draw(payer, Take(payer, amount)));
        payee.Base.Remaining += amount;
        return "ok";
    }

    public string Reverse(Guid id, Guid transfer, long? asked)
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
        if (!Fits(payer, payee, amount))
            return "LimitExceeded";
        // What was received went to the base lot, so it leaves from there as far as the limit allows.
        var fromBase = payer.System ? amount : (long)Int128.Clamp((Int128)payer.Base.Remaining - payer.Base.Pinned + payer.Limit, 0, amount);
        Draw(payer, [(payer.Base, fromBase)]);
        Draw(payer, Take(payer, amount - fromBase));
        foreach (var (lot, size) in Slice(Enumerable.Reverse(moved.Drawn), moved.Reversed, amount))
        {
            lot.Remaining += size;
            if (!payee.Lots.Contains(lot))
                payee.Lots.Add(lot);
        }
        moved.Reversed += amount;
        moves[id] = new Moved(moved.To, moved.From, amount, false, []);
        return "ok";
    }

    public string PlaceHold(Guid id, string account, string to, long amount, long expires)
    {
        Settle(account);
        if (Find(account) is not { } holder || Find(to) is null)
            return "AccountNotFound";
        if (account == to)
            return "SameAccount";
        if (expires <= Now)
            return "AlreadyExpired";
        if (holder.Free(Now) < amount)
            return $"InsufficientFunds {Int128.Max(holder.Free(Now), 0)} {amount}";
        var pins = Take(holder, amount);
        pins.ForEach(pin => pin.Lot.Pinned += pin.Size);
        holds[id] = new Hold(id, account, to, expires, pins);
        moves[id] = new Moved(account, account, 0, false, []);
        return "ok";
    }

    public string Capture(Guid id, Guid key, long? asked, bool final)
    {
        if (Refuse(key, out var hold) is { } refused)
            return refused;
        var remaining = hold.Pins.Sum(pin => pin.Size);
        var amount = asked ?? remaining;
        if (amount > remaining)
            return $"CaptureExceedsHold {remaining} {amount}";
        if (!Fits(Find(hold.Account)!, Find(hold.To)!, amount))
            return "LimitExceeded";
        var (taken, left) = (Slice(hold.Pins, 0, amount), Slice(hold.Pins, amount, remaining - amount));
        taken.ForEach(pin => pin.Lot.Pinned -= pin.Size);
        moves[id] = new Moved(hold.Account, hold.To, amount, true, Draw(Find(hold.Account)!, taken));
        Find(hold.To)!.Base.Remaining += amount;
        holds[key] = hold with { Pins = left };
        if (final || left.Count == 0)
            Release(holds[key], "Captured");
        return "ok";
    }

    public string VoidHold(Guid key)
    {
        if (Refuse(key, out var hold) is { } refused)
            return refused;
        Release(hold, "Voided");
        return "ok";
    }

    public string Grant(Guid id, string account, long amount, int priority, bool promotional, long? effective, long? expires)
    {
        Settle(account);
        if (Find(account) is not { } holder)
            return "AccountNotFound";
        if (expires <= Math.Max(Now, effective ?? Now))
            return "AlreadyExpired";
        var source = promotional ? "$Promo" : "$Issuance";
        if (!Fits(Find(source)!, holder, amount))
            return "LimitExceeded";
        Find(source)!.Base.Remaining -= amount;
        holder.Lots.Add(new ReferenceLot
        {
            Id = id,
            Effective = effective ?? Now,
            Created = Now,
            Remaining = amount,
            Priority = priority,
            Expires = expires ?? long.MaxValue,
            Promotional = promotional,
            Source = source,
        });
        moves[id] = new Moved(source, account, amount, false, []);
        return "ok";
    }

    public string VoidGrant(Guid id, Guid grant, string account)
    {
        Settle(account);
        if (Find(account) is not { } holder)
            return "GrantNotFound";
        if (holder.Lots.Find(lot => lot.Id == grant) is not { } lot)
            return "GrantNotActive";
        if (lot.Pinned > 0)
            return $"GrantHeld {lot.Remaining - lot.Pinned} {lot.Remaining}";
        Find(lot.Source)!.Base.Remaining += lot.Remaining;
        moves[id] = new Moved(account, lot.Source, lot.Remaining, false, Draw(holder, [(lot, lot.Remaining)]));
        return "ok";
    }

    private void Settle(string name)
    {
        if (Find(name) is not { System: false } account)
            return;
        foreach (var hold in holds.Values.Where(hold => hold.Account == name && hold.State == "Active" && hold.Expires <= Now).ToList())
            Release(hold, "Expired");
        foreach (var lot in account.Lots.Where(lot => lot.Expires <= Now && lot.Remaining > lot.Pinned && lot.Id != default).ToList())
        {
            var free = lot.Remaining - lot.Pinned;
            if (!Fits(account, Find("$Breakage")!, free))
                continue;
            Find("$Breakage")!.Base.Remaining += free;
            Draw(account, [(lot, free)]);
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

    private List<(ReferenceLot Lot, long Size)> Take(ReferenceAccount account, long amount)
    {
        var parts = Slice(account.Lots.Where(lot => lot.Effective <= Now).OrderBy(lot => lot.Order).Select(lot => (lot, Math.Max(lot.Remaining - lot.Pinned, 0))), 0, amount);
        var overdraft = amount - parts.Sum(part => part.Size);
        return overdraft > 0 ? [.. parts, (account.Base, overdraft)] : parts;
    }

    private static List<(ReferenceLot Lot, long Size)> Draw(ReferenceAccount account, List<(ReferenceLot Lot, long Size)> parts)
    {
        parts.ForEach(part => part.Lot.Remaining -= part.Size);
        Prune(account);
        return parts;
    }

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

    private static void Prune(ReferenceAccount account) => account.Lots.RemoveAll(lot => lot is { Remaining: 0, Pinned: 0 } && lot.Id != default);

    private static bool Fits(ReferenceAccount from, ReferenceAccount to, long amount) => from.Posted - amount >= -long.MaxValue && to.Posted + amount <= long.MaxValue;
}
