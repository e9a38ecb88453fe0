using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Projection.ResumePoints;

/// <summary>
/// All accounts that have changed in the blocks after <paramref name="After"/> up to <paramref name="Last"/>, as of the latter or later,
/// packed into pages of a thousand and more. It is true of the log that has the block with the hash, from any replica and at any time;
/// of any other log it says nothing. It is there once all its pages are.
/// </summary>
/// <param name="Hash">The hash of the last block.</param>
/// <param name="Id">Tells it from another replica's of the same blocks, whose pages may be divided otherwise.</param>
/// <param name="Pages">How many pages it has.</param>
public sealed record AccountDelta(int Partition, long After, long Last, byte[] Hash, Guid Id, int Pages)
{
    private const int BufferBytes = 1024 * 1024;

    /// <summary>The pages, one after the other.</summary>
    internal IEnumerable<byte[]> Pack(IReadOnlyList<AccountState> accounts, int pageBytes = BufferBytes)
    {
        var writer = new BsonWriter(BufferBytes);
        var page = 0;
        for (var next = 0; next < accounts.Count; page++)
        {
            writer.Clear();
            Header(writer, page);
            writer.BeginArray("accounts"u8);
            for (var i = 0; next < accounts.Count && (i == 0 || writer.Length < pageBytes); i++, next++)
            {
                writer.BeginDocument(i);
                writer.AccountMembers(accounts[next]);
                writer.End();
            }
            writer.End();
            yield return writer.ToArray();
        }
    }

    /// <summary>Adds the accounts of a page that are not there yet.</summary>
    /// <returns>False where it is not that page.</returns>
    internal bool TryUnpack(int page, byte[] content, Dictionary<Guid, AccountState> accounts)
    {
        try
        {
            var reader = new BsonReader(content);
            var isThat = reader.Int32("p"u8) == Partition & reader.Int64("after"u8) == After & reader.Int64("last"u8) == Last
                & reader.Binary("hash"u8).SequenceEqual(Hash) & reader.Guid("delta"u8) == Id & reader.Int32("page"u8) == page;
            if (!isThat)
                return false;
            var array = reader.Array("accounts"u8);
            reader.End();
            while (array.HasMore)
            {
                var document = array.NextRaw();
                // Of most accounts a later state is known.
                if (accounts.ContainsKey(new BsonReader(document).Guid("id"u8)))
                    continue;
                var account = new BsonReader(document);
                var state = account.AccountMembers();
                account.End();
                accounts.Add(state.Id, state);
            }
            return true;
        }
        catch (LedgerCorruptException)
        {
            return false;
        }
    }

    private void Header(BsonWriter writer, int page)
    {
        writer.Int32("p"u8, Partition);
        writer.Int64("after"u8, After);
        writer.Int64("last"u8, Last);
        writer.Binary("hash"u8, Hash);
        writer.Guid("delta"u8, Id);
        writer.Int32("page"u8, page);
    }
}
