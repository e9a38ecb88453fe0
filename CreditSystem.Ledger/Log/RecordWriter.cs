using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

/// <summary>Encodes the records of a block. Field names are stored: never change the meaning of one.</summary>
public static class RecordWriter
{
    /// <returns>The bytes of a BSON array.</returns>
    public static byte[] Write(IReadOnlyList<LedgerRecord> records)
    {
        var writer = new BsonWriter();
        for (var i = 0; i < records.Count; i++)
            Element(writer, i, records[i]);
        return writer.ToArray();
    }

    /// <summary>One element of that array.</summary>
    public static void Element(BsonWriter writer, int index, LedgerRecord record)
    {
        writer.BeginDocument(index);
        Record(writer, record);
        writer.End();
    }

    public static void Lots(BsonWriter writer, string name, LotChange[] lots)
    {
        if (lots.Length == 0)
            return;
        writer.BeginArray(name);
        for (var i = 0; i < lots.Length; i++)
        {
            writer.BeginDocument(i);
            Terms(writer, lots[i].Terms);
            writer.Int64("d", lots[i].Amount);
            writer.Int64("p", lots[i].Pinned);
            writer.End();
        }
        writer.End();
    }

    public static void Terms(BsonWriter writer, LotTerms terms)
    {
        writer.Guid("id", terms.Id);
        if (terms.IsBase)
            return;
        writer.Int64("amt", terms.Amount);
        writer.Int32("pri", terms.Priority);
        writer.Int64("exp", terms.ExpiresAt);
        writer.Flag("promo", terms.Promotional);
        writer.Int64("eff", terms.EffectiveAt);
        writer.Int64("at", terms.CreatedAt);
        writer.Int32("src", (int)terms.Source);
    }

    public static void Hold(BsonWriter writer, HoldState hold)
    {
        writer.Guid("id", hold.Id);
        writer.Guid("a", hold.Account);
        Account(writer, "to", hold.Destination);
        writer.Int64("amt", hold.Amount);
        writer.Int64("cap", hold.Captured);
        writer.Int32("st", (int)hold.Status);
        writer.Int64("exp", hold.ExpiresAt);
        writer.Int64("at", hold.CreatedAt);
        Lots(writer, "pins", hold.Pins);
    }

    private static void Record(BsonWriter writer, LedgerRecord record)
    {
        CommandWriter.Write(writer, record.Command);
        if (record.Rejection is { } rejection)
            Rejection(writer, rejection, record.Command.TraceId);
        if (record.Opened.Length > 0)
            Opened(writer, record.Opened);
        if (record.Postings is [var only] && only.Id == record.Command.Id)
            Posting(writer, only, nested: false);
        else if (record.Postings.Length > 0)
            Postings(writer, record.Postings);
        if (record.Hold is { } hold)
        {
            writer.BeginDocument("hold");
            Hold(writer, hold);
            writer.End();
        }
        if (record.Reversed != 0)
            writer.Int64("reversed", record.Reversed);
    }

    private static void Rejection(BsonWriter writer, Rejection rejection, string? traceId)
    {
        writer.BeginDocument("no");
        writer.String("trace", traceId);
        writer.Int32("code", (int)rejection.Code);
        writer.Int64("avail", rejection.Available);
        writer.Int64("req", rejection.Required);
        if (rejection.Index is { } index)
            writer.Int32("i", index);
        if (rejection.State is { } state)
            writer.Int32("st", (int)state);
        writer.End();
    }

    private static void Opened(BsonWriter writer, AccountState[] accounts)
    {
        writer.BeginArray("open");
        for (var i = 0; i < accounts.Length; i++)
        {
            writer.BeginDocument(i);
            AccountFields(writer, accounts[i]);
            writer.End();
        }
        writer.End();
    }

    /// <summary>What never changes about an account.</summary>
    public static void AccountFields(BsonWriter writer, AccountState account)
    {
        writer.Guid("id", account.Id);
        writer.String("t", account.Tenant);
        writer.String("holder", account.Holder);
        writer.String("asset", account.Asset);
        if (account.IsSystem)
            writer.Int32("sys", (int)account.System);
        writer.Int64("limit", account.CreditLimit);
        writer.Int64("at", account.OpenedAt);
    }

    private static void Postings(BsonWriter writer, Posting[] postings)
    {
        writer.BeginArray("posts");
        for (var i = 0; i < postings.Length; i++)
        {
            writer.BeginDocument(i);
            Posting(writer, postings[i], nested: true);
            writer.End();
        }
        writer.End();
    }

    private static void Posting(BsonWriter writer, Posting posting, bool nested)
    {
        if (nested)
            writer.Guid("id", posting.Id);
        writer.Int32("kind", (int)posting.Kind);
        writer.String("cur", posting.Asset);
        writer.BeginArray("e");
        for (var i = 0; i < posting.Entries.Length; i++)
        {
            var entry = posting.Entries[i];
            writer.BeginDocument(i);
            writer.Guid("a", entry.Account);
            writer.Int64("d", entry.Amount);
            writer.Int64("seq", entry.Sequence);
            writer.Int64("bal", entry.Posted);
            writer.Int64("held", entry.Held);
            writer.Int64("prev", entry.PreviousBlock);
            writer.Int64("jump", entry.JumpBlock);
            Lots(writer, "lots", entry.Lots);
            writer.End();
        }
        writer.End();
    }

    public static void Account(BsonWriter writer, string name, AccountRef account)
    {
        if (account.IsSystem)
            writer.Int32(name, (int)account.System);
        else
            writer.Guid(name, account.Id);
    }
}
