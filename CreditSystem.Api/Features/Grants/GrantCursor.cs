using System.Buffers.Binary;
using System.Buffers.Text;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Features.Grants;

/// <summary>The place of a grant in the order of burn-down, which stays the same when grants before it are used up.</summary>
internal static class GrantCursor
{
    private const int Size = 45;

    public static string Encode(LotTerms terms)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, terms.Priority);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], terms.ExpiresAt ?? long.MaxValue);
        bytes[12] = terms.Promotional ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(bytes[13..], terms.EffectiveAt);
        BinaryPrimitives.WriteInt64BigEndian(bytes[21..], terms.CreatedAt);
        terms.Id.TryWriteBytes(bytes[29..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryDecode(string text, out LotTerms terms)
    {
        terms = LotTerms.Base;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != Size / 3 * 4
            || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Size)
            return false;
        var expiresAt = BinaryPrimitives.ReadInt64BigEndian(bytes[4..]);
        terms = new LotTerms(
            new Guid(bytes[29..]), 0, BinaryPrimitives.ReadInt32BigEndian(bytes), expiresAt == long.MaxValue ? null : expiresAt,
            bytes[12] == 1,
            BinaryPrimitives.ReadInt64BigEndian(bytes[13..]), BinaryPrimitives.ReadInt64BigEndian(bytes[21..]), SystemAccount.None);
        return true;
    }
}
