using CreditSystem.Ledger.Model;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace CreditSystem.Ledger.Log;

/// <summary>Decodes what <see cref="RecordWriter"/> wrote.</summary>
public static class RecordReader
{
    public static LedgerRecord[] Read(ReadOnlyMemory<byte> content, long block, long at, int rules)
    {
        var document = Document(content);
        return [.. document.Values.Select(value => Record(value.AsBsonDocument) with { Block = block, At = at, Rules = rules })];
    }

    public static BsonDocument Document(ReadOnlyMemory<byte> content)
    {
        using var buffer = new ByteArrayBuffer(content.ToArray(), isReadOnly: true);
        using var stream = new ByteBufferStream(buffer);
        using var reader = new BsonBinaryReader(stream);
        return BsonDocumentSerializer.Instance.Deserialize(BsonDeserializationContext.CreateRoot(reader));
    }

    public static LotChange[] Lots(BsonDocument owner, string name) =>
        owner.TryGetValue(name, out var lots)
            ? [.. lots.AsBsonArray.Select(lot => new LotChange(Terms(lot.AsBsonDocument), lot["d"].AsInt64, lot["p"].AsInt64))]
            : [];

    public static LotTerms Terms(BsonDocument lot) => Id(lot, "id") is var id && id == Guid.Empty
        ? LotTerms.Base
        : new LotTerms(
            id, lot["amt"].AsInt64, lot["pri"].AsInt32, Time(lot, "exp"), lot.Contains("promo"), lot["eff"].AsInt64, lot["at"].AsInt64,
            (SystemAccount)lot["src"].AsInt32);

    public static HoldState Hold(BsonDocument hold) => new(
        Id(hold, "id"), Id(hold, "a"), Account(hold, "to"), hold["amt"].AsInt64, hold["cap"].AsInt64, (HoldStatus)hold["st"].AsInt32,
        hold["exp"].AsInt64, hold["at"].AsInt64, Lots(hold, "pins"));

    public static AccountState Account(BsonDocument account) => new()
    {
        Id = Id(account, "id"),
        Tenant = string.Intern(account["t"].AsString),
        Holder = account["holder"].AsString,
        Asset = string.Intern(account["asset"].AsString),
        System = (SystemAccount)account.GetValue("sys", 0).AsInt32,
        CreditLimit = account["limit"].AsInt64,
        OpenedAt = account["at"].AsInt64,
    };

    public static Guid Id(BsonDocument owner, string name) => owner[name].AsBsonBinaryData.ToGuid();

    public static long? Time(BsonDocument owner, string name) => owner.TryGetValue(name, out var value) ? value.AsInt64 : null;

    public static AccountRef Account(BsonDocument owner, string name) =>
        owner[name] is BsonInt32 system ? AccountRef.To((SystemAccount)system.Value) : AccountRef.To(Id(owner, name));

    public static string? Text(BsonDocument owner, string name) => owner.TryGetValue(name, out var value) ? value.AsString : null;

    private static LedgerRecord Record(BsonDocument record)
    {
        var command = CommandReader.Read(record);
        var no = record.TryGetValue("no", out var rejection) ? rejection.AsBsonDocument : null;
        if (no is not null)
            command = command with { TraceId = Text(no, "trace") };
        return new LedgerRecord(command, no is null ? null : Rejection(no))
        {
            Opened = record.TryGetValue("open", out var open) ? [.. open.AsBsonArray.Select(account => Account(account.AsBsonDocument))] : [],
            Postings = Postings(record, command.Id),
            Hold = record.TryGetValue("hold", out var hold) ? Hold(hold.AsBsonDocument) : null,
            Reversed = record.GetValue("reversed", 0L).AsInt64,
        };
    }

    private static Rejection Rejection(BsonDocument no) => new(
        (RejectionCode)no["code"].AsInt32, Time(no, "avail"), Time(no, "req"),
        no.TryGetValue("i", out var index) ? index.AsInt32 : null,
        no.TryGetValue("st", out var state) ? (HoldStatus)state.AsInt32 : null);

    private static Posting[] Postings(BsonDocument record, Guid id)
    {
        if (record.Contains("e"))
            return [Posting(record, id)];
        return record.TryGetValue("posts", out var posts)
            ? [.. posts.AsBsonArray.Select(posting => Posting(posting.AsBsonDocument, Id(posting.AsBsonDocument, "id")))]
            : [];
    }

    private static Posting Posting(BsonDocument posting, Guid id) =>
        new(
            id, (TransferKind)posting["kind"].AsInt32, string.Intern(posting["cur"].AsString),
            [.. posting["e"].AsBsonArray.Select(entry => Entry(entry.AsBsonDocument))]);

    private static Entry Entry(BsonDocument entry) =>
        new(Id(entry, "a"), entry["d"].AsInt64, entry["seq"].AsInt64, entry["bal"].AsInt64, entry["held"].AsInt64)
        {
            Lots = Lots(entry, "lots"),
            PreviousBlock = entry["prev"].AsInt64,
            JumpBlock = entry["jump"].AsInt64,
        };
}
