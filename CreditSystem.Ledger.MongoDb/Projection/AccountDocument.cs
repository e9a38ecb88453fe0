using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using MongoDB.Bson;

namespace CreditSystem.Ledger.MongoDb.Projection;

/// <summary>An account as a document of the collection <c>accounts</c>.</summary>
internal static class AccountDocument
{
    public static byte[] Encode(int partition, AccountState account)
    {
        var writer = new BsonWriter(512);
        writer.Guid("_id"u8, account.Id);
        writer.Int32("p"u8, partition);
        writer.Int64("appliedBlock"u8, account.PreviousBlock);
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
        // Only where something is to expire, which keeps the sparse index small.
        writer.Int64("next"u8, account.NextExpiry());
        return writer.ToArray();
    }

    /// <exception cref="LedgerCorruptException">The document is not an account.</exception>
    public static AccountState Decode(RawBsonDocument document)
    {
        var reader = new BsonReader(document.ToBytes());
        var id = reader.Guid("_id"u8);
        reader.Int32("p"u8);
        reader.Int64("appliedBlock"u8);
        var account = reader.AccountFields() with
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
        reader.OptionalInt64("next"u8);
        reader.End();
        return account.Id == id
            ? account
            : throw new LedgerCorruptException($"The document of account {id} in the projection is of another account.");
    }
}
