using CreditSystem.Ledger.Model;
using MongoDB.Bson;

namespace CreditSystem.Ledger.Log;

internal static class CommandReader
{
    public static Command Read(BsonDocument record)
    {
        var id = RecordReader.Id(record, "id");
        var fingerprint = record.TryGetValue("fp", out var stored) ? stored.AsBsonBinaryData.Bytes : [];
        var tenant = string.Intern(record["t"].AsString);
        var holder = RecordReader.Text(record, "who");
        return (Operation)record["op"].AsInt32 switch
        {
            Operation.OpenAccount => new OpenAccount(
                id, fingerprint, tenant, holder, record["holder"].AsString, record["asset"].AsString, record["limit"].AsInt64),
            Operation.Move => Move(record, id, fingerprint, tenant, holder),
            Operation.MoveAtomically => new MoveCreditsAtomically(id, fingerprint, tenant, holder,
                [.. record["items"].AsBsonArray.Select(item => Move(item.AsBsonDocument, RecordReader.Id(item.AsBsonDocument, "id"), fingerprint, tenant, holder))]),
            Operation.Reverse => new ReverseTransfer(
                id, fingerprint, tenant, holder, RecordReader.Id(record, "target"), RecordReader.Time(record, "amt"),
                RecordReader.Text(record, "ref"), RecordReader.Text(record, "meta"))
            { Policy = (ReversalPolicy)Choice(record, "policy"), Grants = (GrantTransfer)Choice(record, "grants") },
            Operation.PlaceHold => new PlaceHold(
                id, fingerprint, tenant, holder, RecordReader.Id(record, "acct"), RecordReader.Account(record, "to"), record["amt"].AsInt64,
                record["exp"].AsInt64, RecordReader.Text(record, "ref"), RecordReader.Text(record, "meta"))
            { Asset = RecordReader.Text(record, "asset"), Grants = (GrantTransfer)Choice(record, "grants") },
            Operation.CaptureHold => new CaptureHold(
                id, fingerprint, tenant, holder, RecordReader.Id(record, "target"), RecordReader.Time(record, "amt"), record.Contains("final")),
            Operation.VoidHold => new VoidHold(id, fingerprint, tenant, holder, RecordReader.Id(record, "target")),
            Operation.IssueGrant => new IssueGrant(
                id, fingerprint, tenant, holder, RecordReader.Id(record, "acct"), record["amt"].AsInt64, (SystemAccount)record["src"].AsInt32,
                record["pri"].AsInt32, record.Contains("promo"), RecordReader.Time(record, "eff"), RecordReader.Time(record, "exp"),
                RecordReader.Text(record, "ref"), RecordReader.Text(record, "meta"))
            { Asset = RecordReader.Text(record, "asset") },
            Operation.VoidGrant => new VoidGrant(
                id, fingerprint, tenant, holder, RecordReader.Id(record, "target"), RecordReader.Id(record, "acct")),
            Operation.ExpireLot => new ExpireLot(id, tenant, RecordReader.Id(record, "acct"), RecordReader.Id(record, "target")) { DueAt = RecordReader.Time(record, "due") },
            Operation.ExpireHold => new ExpireHold(id, tenant, RecordReader.Id(record, "acct"), RecordReader.Id(record, "target")),
            var unknown => throw new InvalidDataException($"The log has a command of the unknown kind {(int)unknown}: written by a newer version."),
        };
    }

    private static MoveCredits Move(BsonDocument move, Guid id, byte[] fingerprint, string tenant, string? holder) => new(
        id, fingerprint, tenant, holder, (TransferKind)move["k"].AsInt32, RecordReader.Account(move, "from"), RecordReader.Account(move, "to"),
        RecordReader.Text(move, "asset"), move["amt"].AsInt64, RecordReader.Text(move, "ref"), RecordReader.Text(move, "meta"))
    { Grants = (GrantTransfer)Choice(move, "grants") };

    private static int Choice(BsonDocument owner, string name) => owner.GetValue(name, 0).AsInt32;
}
