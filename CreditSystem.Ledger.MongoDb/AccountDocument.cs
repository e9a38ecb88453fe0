using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>An account as a document of the collection <c>accounts</c>.</summary>
internal static class AccountDocument
{
    public static byte[] Encode(int partition, AccountState account)
    {
        var writer = new BsonWriter();
        writer.Guid("_id", account.Id);
        writer.Int32("p", partition);
        writer.Int64("appliedBlock", account.PreviousBlock);
        RecordWriter.AccountFields(writer, account);
        writer.Int64("posted", account.Posted);
        writer.Int64("held", account.Held);
        writer.Int64("seq", account.Sequence);
        Numbers(writer, "trail", account.Trail);
        Lots(writer, account.Lots);
        Holds(writer, account.Holds);
        // Only where something is to expire, which keeps the sparse index small.
        writer.Int64("next", account.NextExpiry());
        return writer.ToArray();
    }

    public static AccountState Decode(BsonDocument account) => RecordReader.Account(account) with
    {
        Posted = account["posted"].AsInt64,
        Held = account["held"].AsInt64,
        Sequence = account["seq"].AsInt64,
        Trail = [.. account["trail"].AsBsonArray.Select(block => block.AsInt64)],
        Lots = account.TryGetValue("lots", out var lots)
            ? [.. lots.AsBsonArray.Select(lot => new Lot(RecordReader.Terms(lot.AsBsonDocument), lot["rem"].AsInt64, lot["pin"].AsInt64))]
            : [],
        Holds = account.TryGetValue("holds", out var holds)
            ? [.. holds.AsBsonArray.Select(hold => new OpenHold(RecordReader.Id(hold.AsBsonDocument, "id"), hold["exp"].AsInt64))]
            : [],
    };

    private static void Numbers(BsonWriter writer, string name, long[] numbers)
    {
        writer.BeginArray(name);
        for (var i = 0; i < numbers.Length; i++)
            writer.Int64(IndexNames[i], numbers[i]);
        writer.End();
    }

    private static void Lots(BsonWriter writer, Lot[] lots)
    {
        if (lots.Length == 0)
            return;
        writer.BeginArray("lots");
        for (var i = 0; i < lots.Length; i++)
        {
            writer.BeginDocument(i);
            RecordWriter.Terms(writer, lots[i].Terms);
            writer.Int64("rem", lots[i].Remaining);
            writer.Int64("pin", lots[i].Pinned);
            writer.End();
        }
        writer.End();
    }

    private static void Holds(BsonWriter writer, OpenHold[] holds)
    {
        if (holds.Length == 0)
            return;
        writer.BeginArray("holds");
        for (var i = 0; i < holds.Length; i++)
        {
            writer.BeginDocument(i);
            writer.Guid("id", holds[i].Id);
            writer.Int64("exp", holds[i].ExpiresAt);
            writer.End();
        }
        writer.End();
    }

    // A trail has as many elements as the number of entries has bits.
    private static readonly string[] IndexNames = [.. Enumerable.Range(0, 64)
        .Select(index => index.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
