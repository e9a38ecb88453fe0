using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

internal static class CommandReader
{
    public static Command Read(ref BsonReader reader)
    {
        var id = reader.Guid("id"u8);
        var operation = (Operation)reader.Int32("op"u8);
        var fingerprint = reader.IsNext("fp"u8) ? reader.Binary("fp"u8).ToArray() : [];
        var tenant = reader.SharedString("t"u8);
        var holder = reader.OptionalString("who"u8);
        return operation switch
        {
            Operation.OpenAccount => new OpenAccount(id, fingerprint, tenant, holder, reader.String("holder"u8), reader.SharedString("asset"u8), reader.Int64("limit"u8)),
            Operation.Move => Move(ref reader, id, fingerprint, tenant, holder),
            Operation.MoveAtomically => new MoveCreditsAtomically(id, fingerprint, tenant, holder, Items(ref reader, fingerprint, tenant, holder)),
            Operation.Reverse => Reverse(ref reader, id, fingerprint, tenant, holder),
            Operation.PlaceHold => PlaceHold(ref reader, id, fingerprint, tenant, holder),
            Operation.CaptureHold => new CaptureHold(id, fingerprint, tenant, holder, reader.Guid("target"u8), reader.OptionalInt64("amt"u8), reader.Flag("final"u8)),
            Operation.VoidHold => new VoidHold(id, fingerprint, tenant, holder, reader.Guid("target"u8)),
            Operation.IssueGrant => Grant(ref reader, id, fingerprint, tenant, holder),
            Operation.VoidGrant => new VoidGrant(id, fingerprint, tenant, holder, reader.Guid("target"u8), reader.Guid("acct"u8)),
            Operation.ExpireLot => new ExpireLot(id, tenant, reader.Guid("acct"u8), reader.Guid("target"u8)) { DueAt = reader.OptionalInt64("due"u8) },
            Operation.ExpireHold => new ExpireHold(id, tenant, reader.Guid("acct"u8), reader.Guid("target"u8)),
            var unknown => throw new LedgerCorruptException($"The log has a command of the unknown kind {(int)unknown}."),
        };
    }

    private static ReverseTransfer Reverse(ref BsonReader reader, Guid id, byte[] fingerprint, string tenant, string? holder)
    {
        var (transfer, amount) = (reader.Guid("target"u8), reader.OptionalInt64("amt"u8));
        var (policy, grants) = ((ReversalPolicy)reader.Choice("policy"u8), (GrantTransfer)reader.Choice("grants"u8));
        return new ReverseTransfer(id, fingerprint, tenant, holder, transfer, amount, reader.OptionalString("ref"u8), reader.OptionalString("meta"u8))
        { Policy = policy, Grants = grants };
    }

    private static PlaceHold PlaceHold(ref BsonReader reader, Guid id, byte[] fingerprint, string tenant, string? holder)
    {
        var (account, destination) = (reader.Guid("acct"u8), reader.Account("to"u8));
        var (amount, expiresAt) = (reader.Int64("amt"u8), reader.Int64("exp"u8));
        var (asset, grants) = (reader.OptionalString("asset"u8), (GrantTransfer)reader.Choice("grants"u8));
        return new PlaceHold(
            id, fingerprint, tenant, holder, account, destination, amount, expiresAt, reader.OptionalString("ref"u8), reader.OptionalString("meta"u8))
        { Asset = asset, Grants = grants };
    }

    private static IssueGrant Grant(ref BsonReader reader, Guid id, byte[] fingerprint, string tenant, string? holder)
    {
        var (account, amount) = (reader.Guid("acct"u8), reader.Int64("amt"u8));
        var (source, priority, promotional) = ((SystemAccount)reader.Int32("src"u8), reader.Int32("pri"u8), reader.Flag("promo"u8));
        var (effectiveAt, expiresAt, asset) = (reader.OptionalInt64("eff"u8), reader.OptionalInt64("exp"u8), reader.OptionalString("asset"u8));
        return new IssueGrant(
            id, fingerprint, tenant, holder, account, amount, source, priority, promotional, effectiveAt, expiresAt,
            reader.OptionalString("ref"u8), reader.OptionalString("meta"u8))
        { Asset = asset };
    }

    private static MoveCredits[] Items(ref BsonReader reader, byte[] fingerprint, string tenant, string? holder)
    {
        var items = new List<MoveCredits>();
        var array = reader.Array("items"u8);
        while (array.HasMore)
        {
            var item = array.NextDocument();
            items.Add(Move(ref item, item.Guid("id"u8), fingerprint, tenant, holder));
            item.End();
        }
        return [.. items];
    }

    private static MoveCredits Move(ref BsonReader reader, Guid id, byte[] fingerprint, string tenant, string? holder)
    {
        var (kind, from, to) = ((TransferKind)reader.Int32("k"u8), reader.Account("from"u8), reader.Account("to"u8));
        var (asset, amount, grants) = (reader.OptionalString("asset"u8), reader.Int64("amt"u8), (GrantTransfer)reader.Choice("grants"u8));
        return new MoveCredits(
            id, fingerprint, tenant, holder, kind, from, to, asset, amount, reader.OptionalString("ref"u8), reader.OptionalString("meta"u8))
        { Grants = grants };
    }
}
