namespace CreditSystem.Ledger.Testing;

/// <summary>
/// The rules of the ledger written a second time, as plainly as possible: everything is a lot, what is outside grants
/// too, and nothing is fast. Answers are "ok", or the code with what is available and required. System accounts begin
/// with a dollar; "$Revenue/gold" is one in another asset.
/// </summary>
internal sealed partial class ReferenceLedger
{
    private sealed record Hold(Guid Id, string Account, string To, long Expires, List<(ReferenceLot Lot, long Size)> Pins) { public string State = "Active"; }
    private sealed record Moved(string From, string To, long Amount, bool Reversible, List<(ReferenceLot Lot, long Size)> Drawn)
    {
        public long Reversed, TakenBack;
        public bool IsPurchase;
    }


    private readonly Dictionary<string, ReferenceAccount> accounts = [];
    private readonly Dictionary<Guid, Hold> holds = [];
    private readonly Dictionary<Guid, Moved> moves = [];
    private readonly HashSet<(string Owner, string Reference)> references = [];
    private readonly HashSet<(Guid Grant, string Account)> voided = [];

    public long Now { get; set; }

    public IEnumerable<string> Names => accounts.Keys;

    public ReferenceAccount? Find(string name) => accounts.GetValueOrDefault(name);

    /// <summary>What a transfer moved; 1 where there is none.</summary>
    public long AmountOf(Guid transfer) => moves.TryGetValue(transfer, out var moved) ? moved.Amount : 1;

    public ReferenceAccount Settled(string name)
    {
        Settle(name);
        return Find(name)!;
    }

    public Int128 Available(string name) => Int128.Clamp(Find(name)!.Free(Now) + Find(name)!.Limit, long.MinValue, long.MaxValue);

    public string Open(string name, string asset, long limit) => accounts.TryAdd(name, new ReferenceAccount(asset, limit, false)) ? "ok" : "AccountExists";

    /// <summary>Changes the limit, where one is given; the rest of what can be changed decides nothing.</summary>
    public string Change(Guid id, string name, long? limit)
    {
        Settle(name);
        if (Find(name) is not { } account)
            return "AccountNotFound";
        if (account.System)
            return "KindNotAllowed";
        // Grants expire, what is overdrawn beside them stays.
        var overdrawn = -Int128.Min(account.Free(Now), account.Base.Free);
        if (limit < account.Limit && limit < overdrawn)
            return $"CreditLimitInUse {limit} {overdrawn}";
        account.Limit = limit ?? account.Limit;
        moves[id] = new Moved(name, name, 0, false, []);
        return Collect(name);
    }

    /// <param name="user">Whose reference it is; empty for the tenant's programs.</param>
    /// <param name="byId">A side that is a system account is named by its id, which has to exist.</param>
    public string Move(Guid id, string from, string to, long amount, bool paidOnly = false, (bool From, bool To) byId = default, string user = "", string? reference = null, bool purchase = false)
    {
        (from, to) = Resolve(from, to, byId);
        Settle(from);
        Settle(to);
        if (IsTaken(user, reference))
            return "DuplicateReference";
        if (!Exists(from, byId.From) || !Exists(to, byId.To))
            return "AccountNotFound";
        if (AssetOf(from) != AssetOf(to))
            return "AssetMismatch";
        if (from == to)
            return "SameAccount";
        var (payer, payee) = (System(from), System(to));
        var between = !payer.System && !payee.System;
        if (!payer.System && Available(from) < amount)
            return $"InsufficientFunds {Available(from)} {amount}";
        if (between && paidOnly && Available(from) - payer.Promotional(Now) is var paid && paid < amount)
            return $"NotTransferable {Int128.Max(paid, 0)} {amount}";
        if (!Fits(payer, payee, amount))
            return "LimitExceeded";
        (accounts[from], accounts[to]) = (payer, payee);
        Name(user, reference);
        var drawn = Draw(payer, Take(payer, amount, between && paidOnly));
        moves[id] = new Moved(from, to, amount, true, drawn) { IsPurchase = purchase };
        Give(payee, between ? drawn : [(payee.Base, amount)]);
        return Collect(from, to);
    }

    public string PlaceHold(Guid id, string account, string to, long amount, long expires, bool paidOnly = false, bool byId = false)
    {
        to = Resolve(account, to, (false, byId)).To;
        Settle(account);
        if (Find(account) is not { } holder || !Exists(to, byId))
            return "AccountNotFound";
        if (AssetOf(to) != holder.Asset)
            return "AssetMismatch";
        if (account == to)
            return "SameAccount";
        if (expires <= Now)
            return "AlreadyExpired";
        if (holder.Free(Now) < amount)
            return $"InsufficientFunds {Int128.Max(holder.Free(Now), 0)} {amount}";
        paidOnly &= !System(to).System;
        if (paidOnly && holder.Free(Now) - holder.Promotional(Now) is var paid && paid < amount)
            return $"NotTransferable {Int128.Max(paid, 0)} {amount}";
        var pins = Take(holder, amount, paidOnly);
        pins.ForEach(pin => pin.Lot.Pinned += pin.Size);
        holds[id] = new Hold(id, account, to, expires, pins);
        moves[id] = new Moved(account, account, 0, false, []);
        return Collect(account);
    }

    public string Capture(Guid id, Guid key, long? asked, bool final)
    {
        if (holds.TryGetValue(key, out var known))
        {
            // The payer's comes first: where breakage cannot take both, that decides which is left.
            Settle(known.Account);
            Settle(known.To);
        }
        if (Refuse(key, out var hold) is { } refused)
            return refused;
        var remaining = hold.Pins.Sum(pin => pin.Size);
        if (asked > remaining)
            return $"CaptureExceedsHold {remaining} {asked}";
        var (payer, payee) = (Find(hold.Account)!, System(hold.To));
        // What has expired while it was set aside can be used up, not given to another holder.
        var usable = hold.Pins.Where(pin => payee.System || pin.Lot.Expires > Now).ToList();
        var most = usable.Sum(pin => pin.Size);
        var amount = asked ?? most;
        if (most == 0 || amount > most)
            return $"GrantEnded {most} {asked ?? remaining}";
        if (!Fits(payer, payee, amount))
            return "LimitExceeded";
        accounts[hold.To] = payee;
        var taken = Slice(usable, 0, amount);
        var left = hold.Pins.Select(pin => (pin.Lot, Size: pin.Size - taken.Where(part => part.Lot == pin.Lot).Sum(part => part.Size))).Where(pin => pin.Size > 0).ToList();
        taken.ForEach(pin => pin.Lot.Pinned -= pin.Size);
        moves[id] = new Moved(hold.Account, hold.To, amount, true, Draw(payer, taken));
        Give(payee, payee.System ? [(payee.Base, amount)] : taken);
        holds[key] = hold with { Pins = left };
        if (final || amount == most)
            Release(holds[key], "Captured");
        Settle(hold.Account, since: Now);
        return Collect(hold.Account, hold.To);
    }

    public string VoidHold(Guid key)
    {
        if (Refuse(key, out var hold) is { } refused)
            return refused;
        Release(hold, "Voided");
        Settle(hold.Account, since: Now);
        return Collect(hold.Account);
    }

    public string Grant(Guid id, string account, long amount, int priority, bool promotional, long? effective, long? expires, string debt = "PaidOnly")
    {
        Settle(account);
        if (Find(account) is not { } holder)
            return "AccountNotFound";
        if (expires <= Math.Max(Now, effective ?? Now))
            return "AlreadyExpired";
        var source = InAsset(promotional ? "$Promo" : "$Issuance", holder.Asset);
        if (!Fits(System(source), holder, amount))
            return "LimitExceeded";
        Open(source).Base.Remaining -= amount;
        holder.Lots.Add(new ReferenceLot
        {
            Id = id,
            Effective = effective ?? Now,
            Created = Now,
            Remaining = amount,
            Priority = priority,
            Expires = expires ?? long.MaxValue,
            Promotional = promotional,
            PaysDebt = debt == "Always" || debt == "PaidOnly" && !promotional,
            Source = source,
        });
        moves[id] = new Moved(source, account, amount, false, []);
        return Collect(account);
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
        if (!Fits(holder, System(lot.Source), lot.Remaining))
            return "LimitExceeded";
        voided.Add((grant, account));
        Open(lot.Source).Base.Remaining += lot.Remaining;
        moves[id] = new Moved(account, lot.Source, lot.Remaining, false, Draw(holder, [(lot, lot.Remaining)]));
        return Collect(account);
    }
}
