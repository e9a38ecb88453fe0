namespace CreditSystem.Ledger.Testing;

internal sealed class ReferenceLot
{
    public Guid Id;
    public long Effective, Created, Remaining, Pinned, Expires = long.MaxValue;
    public int Priority = 50;
    public bool Promotional, PaysDebt;
    public string Source = "";
    public (int, long, bool, long, long, Guid) Order => (Priority, Expires, !Promotional, Effective, Created, Id);
    public bool IsBase => Id == default;
    public long Free => Remaining - Pinned;

    /// <summary>The same terms with nothing in it.</summary>
    public ReferenceLot Empty() => new()
    {
        Id = Id,
        Effective = Effective,
        Created = Created,
        Expires = Expires,
        Priority = Priority,
        Promotional = Promotional,
        PaysDebt = PaysDebt,
        Source = Source,
    };
}

internal sealed class ReferenceAccount(string asset, long limit, bool system)
{
    public readonly string Asset = asset;
    public long Limit = limit;
    public readonly bool System = system;
    public readonly List<ReferenceLot> Lots = [new ReferenceLot()];
    public ReferenceLot Base => Lots.Single(lot => lot.IsBase);
    public Int128 Posted => Lots.Aggregate((Int128)0, (sum, lot) => sum + lot.Remaining);
    public Int128 Held => Lots.Aggregate((Int128)0, (sum, lot) => sum + lot.Pinned);
    public long Debt;

    /// <summary>What grants have paid of what was taken back, the last one last.</summary>
    public readonly List<(ReferenceLot Lot, long Size)> Paid = [];
    public Int128 Free(long now) => Sum(lot => lot.Effective <= now) - Debt;
    public Int128 Promotional(long now) => Sum(lot => lot.Effective <= now && lot.Promotional);

    /// <summary>The account's lot with the terms of another.</summary>
    public ReferenceLot Own(ReferenceLot terms)
    {
        if (Lots.Find(lot => lot.Id == terms.Id) is not { } own)
            Lots.Add(own = terms.Empty());
        return own;
    }

    private Int128 Sum(Func<ReferenceLot, bool> which) => Lots.Where(which).Aggregate((Int128)0, (sum, lot) => sum + lot.Free);
}
