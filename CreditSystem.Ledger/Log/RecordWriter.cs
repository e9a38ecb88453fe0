using CreditSystem.Ledger.Commands;
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
            writer.Element(i, records[i]);
        return writer.ToArray();
    }

    /// <summary>One element of that array.</summary>
    internal static void Element(this BsonWriter writer, int index, LedgerRecord record)
    {
        writer.BeginDocument(index);
        writer.Members(record);
        writer.End();
    }

    /// <summary>What is in the document of a record.</summary>
    internal static void Members(this BsonWriter writer, LedgerRecord record)
    {
        StoredCommand.Write(writer, record.Command);
        if (record.Rejection is { } rejection)
            writer.Rejection(rejection, record.Command.TraceId);
        writer.Documents("open"u8, record.Opened, static (writer, account) => writer.AccountFields(account));
        if (record.Postings is [var only] && only.Id == record.Command.Id)
            writer.Posting(only);
        else
            writer.Documents("posts"u8, record.Postings, static (writer, posting) =>
            {
                writer.Guid("id"u8, posting.Id);
                writer.Posting(posting);
            });
        if (record.Hold is { } hold)
            writer.Hold(hold);
        if (record.Reversed != 0)
            writer.Int64("reversed"u8, record.Reversed);
        if (record.TakenBack != 0)
            writer.Int64("taken"u8, record.TakenBack);
    }

    /// <summary>What an account was opened with.</summary>
    public static void AccountFields(this BsonWriter writer, AccountState account)
    {
        writer.Guid("id"u8, account.Id);
        writer.String("t"u8, account.Tenant);
        writer.String("holder"u8, account.Holder);
        writer.String("asset"u8, account.Asset);
        writer.Choice("sys"u8, (int)account.System);
        writer.Int64("limit"u8, account.CreditLimit);
        writer.Int64("at"u8, account.OpenedAt);
        writer.String("name"u8, account.DisplayName);
        writer.String("meta"u8, account.Metadata);
    }

    /// <summary>What never changes about a grant.</summary>
    public static void Terms(this BsonWriter writer, LotTerms terms)
    {
        writer.Guid("id"u8, terms.Id);
        if (terms.IsBase)
            return;
        writer.Int64("amt"u8, terms.Amount);
        writer.Int32("pri"u8, terms.Priority);
        writer.Int64("exp"u8, terms.ExpiresAt);
        writer.Flag("promo"u8, terms.Promotional);
        writer.Int64("eff"u8, terms.EffectiveAt);
        writer.Int64("at"u8, terms.CreatedAt);
        writer.Int32("src"u8, (int)terms.Source);
        writer.Choice("debt"u8, (int)terms.Debt);
    }

    /// <summary>What an account owes; nothing where it owes nothing.</summary>
    public static void Debt(this BsonWriter writer, DebtState? debt)
    {
        if (debt is null)
            return;
        writer.BeginDocument("debt"u8);
        writer.Int64("amt"u8, debt.Amount);
        writer.Lots("lots"u8, debt.Drawn);
        writer.End();
    }

    private static void Terms(this BsonWriter writer, AccountTerms? terms)
    {
        if (terms is null)
            return;
        writer.BeginDocument("terms"u8);
        writer.Int64("limit"u8, terms.CreditLimit);
        writer.String("name"u8, terms.DisplayName);
        writer.String("meta"u8, terms.Metadata);
        writer.End();
    }

    internal static void Account(this BsonWriter writer, ReadOnlySpan<byte> name, AccountRef account)
    {
        if (account.IsSystem)
            writer.Int32(name, (int)account.System);
        else
            writer.Guid(name, account.Id);
    }

    /// <summary>Absent: what was always done. So records of older rules keep their bytes.</summary>
    internal static void Choice(this BsonWriter writer, ReadOnlySpan<byte> name, int number)
    {
        if (number != 0)
            writer.Int32(name, number);
    }

    internal static void Details(this BsonWriter writer, string? reference, string? metadata)
    {
        writer.String("ref"u8, reference);
        writer.String("meta"u8, metadata);
    }

    private static void Lots(this BsonWriter writer, ReadOnlySpan<byte> name, LotChange[] lots) =>
        writer.Documents(name, lots, static (writer, lot) =>
        {
            writer.Terms(lot.Terms);
            writer.Int64("d"u8, lot.Amount);
            writer.Int64("p"u8, lot.Pinned);
        });

    private static void Hold(this BsonWriter writer, HoldState hold)
    {
        writer.BeginDocument("hold"u8);
        writer.Guid("id"u8, hold.Id);
        writer.Guid("a"u8, hold.Account);
        writer.Account("to"u8, hold.Destination);
        writer.Int64("amt"u8, hold.Amount);
        writer.Int64("cap"u8, hold.Captured);
        writer.Int32("st"u8, (int)hold.Status);
        writer.Int64("exp"u8, hold.ExpiresAt);
        writer.Int64("at"u8, hold.CreatedAt);
        writer.Lots("pins"u8, hold.Reservations);
        writer.End();
    }

    private static void Rejection(this BsonWriter writer, Rejection rejection, string? traceId)
    {
        writer.BeginDocument("no"u8);
        writer.String("trace"u8, traceId);
        writer.Int32("code"u8, (int)rejection.Code);
        writer.Int64("avail"u8, rejection.Available);
        writer.Int64("req"u8, rejection.Required);
        if (rejection.Index is { } index)
            writer.Int32("i"u8, index);
        if (rejection.State is { } state)
            writer.Int32("st"u8, (int)state);
        writer.End();
    }

    private static void Posting(this BsonWriter writer, Posting posting)
    {
        writer.Int32("kind"u8, (int)posting.Kind);
        writer.String("cur"u8, posting.Asset);
        writer.Documents("e"u8, posting.Entries, static (writer, entry) =>
        {
            writer.Guid("a"u8, entry.Account);
            writer.Int64("d"u8, entry.Amount);
            writer.Int64("seq"u8, entry.Sequence);
            writer.Int64("bal"u8, entry.Posted);
            writer.Int64("held"u8, entry.Held);
            writer.Int64("prev"u8, entry.PreviousBlock);
            writer.Int64("jump"u8, entry.JumpBlock);
            writer.Lots("lots"u8, entry.Lots);
            writer.Debt(entry.Debt);
            writer.Terms(entry.Terms);
        });
    }
}
