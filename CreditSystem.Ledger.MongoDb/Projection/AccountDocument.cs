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
        writer.AccountMembers(account);
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
        var account = reader.AccountMembers();
        reader.OptionalInt64("next"u8);
        reader.End();
        return account.Id == id
            ? account
            : throw new LedgerCorruptException($"The document of account {id} in the projection is of another account.");
    }
}
