using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

/// <summary>All of an account, as documents and pages of the projection have it. Field names are stored.</summary>
public static class AccountCodec
{
    public static void AccountMembers(this BsonWriter writer, AccountState account)
    {
        writer.AccountFields(account);
        writer.Int64("posted"u8, account.Posted);
        writer.Int64("held"u8, account.Held);
        writer.Int64("seq"u8, account.Sequence);
        writer.Int64Array("trail"u8, account.Trail);
        writer.Documents("lots"u8, account.Lots, static (writer, lot) =>
        {
            writer.Terms(lot.Terms);
            writer.Int64("rem"u8, lot.Remaining);
            writer.Int64("pin"u8, lot.Pinned);
        });
        writer.Documents("holds"u8, account.Holds, static (writer, hold) =>
        {
            writer.Guid("id"u8, hold.Id);
            writer.Int64("exp"u8, hold.ExpiresAt);
        });
        writer.Debt(account.Debt);
        writer.Int64("chg"u8, account.ChangedIn == 0 ? null : account.ChangedIn);
    }

    public static AccountState AccountMembers(this ref BsonReader reader) => reader.AccountFields() with
    {
        Posted = reader.Int64("posted"u8),
        Held = reader.Int64("held"u8),
        Sequence = reader.Int64("seq"u8),
        Trail = reader.Int64Array("trail"u8),
        Lots = reader.Documents("lots"u8, static (ref BsonReader lot) => new Lot(lot.Terms(), lot.Int64("rem"u8), lot.Int64("pin"u8))),
        Holds = reader.Documents("holds"u8, static (ref BsonReader hold) => new OpenHold(hold.Guid("id"u8), hold.Int64("exp"u8))),
        Debt = reader.Debt(),
        ChangedIn = reader.OptionalInt64("chg"u8) ?? 0,
    };
}
