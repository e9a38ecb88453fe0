using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

/// <summary>Decodes what <see cref="RecordWriter"/> wrote, member by member in its order.</summary>
public static class RecordReader
{
    /// <summary>What an account was opened with.</summary>
    public static AccountState AccountFields(this ref BsonReader reader) => new()
    {
        Id = reader.Guid("id"u8),
        Tenant = reader.SharedString("t"u8),
        Holder = reader.String("holder"u8),
        Asset = reader.SharedString("asset"u8),
        System = (SystemAccount)reader.Choice("sys"u8),
        CreditLimit = reader.Int64("limit"u8),
        OpenedAt = reader.Int64("at"u8),
        DisplayName = reader.OptionalString("name"u8),
        Metadata = reader.OptionalString("meta"u8),
    };

    /// <summary>What never changes about a grant.</summary>
    public static LotTerms Terms(this ref BsonReader reader) => reader.Guid("id"u8) is var id && id == Guid.Empty
        ? LotTerms.Base
        : new LotTerms(
            id, reader.Int64("amt"u8), reader.Int32("pri"u8), reader.OptionalInt64("exp"u8), reader.Flag("promo"u8),
            reader.Int64("eff"u8), reader.Int64("at"u8), (SystemAccount)reader.Int32("src"u8))
        {
            Debt = (GrantDebt)reader.Choice("debt"u8),
        };

    /// <summary>What an account owes; null where nothing is written of it.</summary>
    public static DebtState? Debt(this ref BsonReader reader)
    {
        if (!reader.IsNext("debt"u8))
            return null;
        var debt = reader.Document("debt"u8);
        var (amount, drawn) = (debt.Int64("amt"u8), debt.Lots("lots"u8));
        debt.End();
        return DebtState.Create(amount, drawn) ?? throw new LedgerCorruptException("Nothing that is owed is written.");
    }

    internal static LedgerRecord Record(ReadOnlySpan<byte> document, long block, long at, int rules)
    {
        var reader = new BsonReader(document);
        var command = StoredCommand.Read(ref reader);
        var rejection = reader.IsNext("no"u8) ? reader.Rejection(ref command) : null;
        var record = new LedgerRecord(command, rejection)
        {
            Opened = reader.Documents("open"u8, static (ref BsonReader account) => account.AccountFields()),
            Postings = reader.IsNext("kind"u8)
                ? [reader.Posting(command.Id)]
                : reader.Documents("posts"u8, static (ref BsonReader posting) => posting.Posting(posting.Guid("id"u8))),
            Hold = reader.IsNext("hold"u8) ? reader.Hold() : null,
            Reversed = reader.IsNext("reversed"u8) ? Written(reader.Int64("reversed"u8)) : 0,
            TakenBack = reader.IsNext("taken"u8) ? Written(reader.Int64("taken"u8)) : 0,
            Block = block,
            At = at,
            Rules = rules,
        };
        reader.End();
        return record;
    }

    internal static AccountRef Account(this ref BsonReader reader, scoped ReadOnlySpan<byte> name) =>
        reader.IsInt32(name) ? AccountRef.To((SystemAccount)Written(reader.Int32(name))) : AccountRef.To(reader.Guid(name));

    internal static int Choice(this ref BsonReader reader, scoped ReadOnlySpan<byte> name) =>
        reader.IsNext(name) ? (int)Written(reader.Int32(name)) : 0;

    // Of what is left out where it is zero, a zero is not what the writer writes.
    private static long Written(long number) =>
        number != 0 ? number : throw new LedgerCorruptException("A member is zero that is left out then.");

    private static LotChange[] Lots(this ref BsonReader reader, scoped ReadOnlySpan<byte> name) =>
        reader.Documents(name, static (ref BsonReader lot) => new LotChange(lot.Terms(), lot.Int64("d"u8), lot.Int64("p"u8)));

    private static HoldState Hold(this ref BsonReader reader)
    {
        var hold = reader.Document("hold"u8);
        var state = new HoldState(
            hold.Guid("id"u8), hold.Guid("a"u8), hold.Account("to"u8), hold.Int64("amt"u8), hold.Int64("cap"u8),
            (HoldStatus)hold.Int32("st"u8), hold.Int64("exp"u8), hold.Int64("at"u8), hold.Lots("pins"u8));
        hold.End();
        return state;
    }

    private static Rejection Rejection(this ref BsonReader reader, ref Command command)
    {
        var no = reader.Document("no"u8);
        command = command with { TraceId = no.OptionalString("trace"u8) };
        var rejection = new Rejection(
            (RejectionCode)no.Int32("code"u8), no.OptionalInt64("avail"u8), no.OptionalInt64("req"u8), no.OptionalInt32("i"u8),
            (HoldStatus?)no.OptionalInt32("st"u8));
        no.End();
        return rejection;
    }

    private static AccountTerms AccountTerms(this ref BsonReader reader)
    {
        var terms = reader.Document("terms"u8);
        var read = new AccountTerms(terms.Int64("limit"u8), terms.OptionalString("name"u8), terms.OptionalString("meta"u8));
        terms.End();
        return read;
    }

    private static Posting Posting(this ref BsonReader reader, Guid id) => new(
        id, (TransferKind)reader.Int32("kind"u8), reader.SharedString("cur"u8),
        reader.Documents("e"u8, static (ref BsonReader entry) => new Entry(
            entry.Guid("a"u8), entry.Int64("d"u8), entry.Int64("seq"u8), entry.Int64("bal"u8), entry.Int64("held"u8))
        {
            PreviousBlock = entry.Int64("prev"u8),
            JumpBlock = entry.Int64("jump"u8),
            Lots = entry.Lots("lots"u8),
            Debt = entry.Debt(),
            Terms = entry.IsNext("terms"u8) ? entry.AccountTerms() : null,
        }));
}
