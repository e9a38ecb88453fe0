using System.Buffers.Binary;

namespace CreditSystem.Api.Features.Grants;

/// <summary>The place of a grant in the order of burn-down, which stays the same when grants before it are used up.</summary>
internal static class GrantPlace
{
    private const int Size = 45;

    public static byte[] Of(LotTerms terms)
    {
        var place = new byte[Size];
        var bytes = place.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(bytes, terms.Priority);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], terms.ExpiresAt ?? long.MaxValue);
        bytes[12] = terms.Promotional ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(bytes[13..], terms.EffectiveAt);
        BinaryPrimitives.WriteInt64BigEndian(bytes[21..], terms.CreatedAt);
        terms.Id.TryWriteBytes(bytes[29..]);
        return place;
    }

    /// <returns>False where that is no place; of none, true and null.</returns>
    public static bool TryRead(byte[]? place, out LotTerms? terms)
    {
        terms = null;
        if (place is null)
            return true;
        if (place.Length != Size)
            return false;
        var bytes = place.AsSpan();
        var expiresAt = BinaryPrimitives.ReadInt64BigEndian(bytes[4..]);
        terms = new LotTerms(
            new Guid(bytes[29..]), 0, BinaryPrimitives.ReadInt32BigEndian(bytes), expiresAt == long.MaxValue ? null : expiresAt,
            bytes[12] == 1,
            BinaryPrimitives.ReadInt64BigEndian(bytes[13..]), BinaryPrimitives.ReadInt64BigEndian(bytes[21..]), SystemAccount.None);
        return true;
    }
}
