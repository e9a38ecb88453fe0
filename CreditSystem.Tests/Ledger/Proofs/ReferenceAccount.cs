namespace CreditSystem.Tests.Ledger.Proofs;

internal sealed class ReferenceLot
{
    public Guid Id;
    public long Effective, Created, Remaining, Pinned, Expires = long.MaxValue;
    public int Priority = 50;
    public bool Promotional;
    public string Source = "";
    public (int, long, bool, long, long, Guid) Order => (Priority, Expires, !Promotional, Effective, Created, Id);
}

internal sealed class ReferenceAccount(long limit, bool system)
{
    public readonly long Limit = limit;
    public readonly bool System = system;
    public readonly List<ReferenceLot> Lots = [new ReferenceLot()];
    public ReferenceLot Base => Lots.Single(lot => lot.Id == default);
    public Int128 Posted => Lots.Aggregate((Int128)0, (sum, lot) => sum + lot.Remaining);
    public Int128 Held => Lots.Aggregate((Int128)0, (sum, lot) => sum + lot.Pinned);
    public Int128 Free(long now) => Lots.Where(lot => lot.Effective <= now).Aggregate((Int128)0, (sum, lot) => sum + lot.Remaining - lot.Pinned);
}
