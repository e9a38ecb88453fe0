namespace CreditSystem.Ledger.History;

/// <summary>Whole numbers in as few bytes as they need: seven bits in each, the lowest first, as BinaryWriter has them.</summary>
internal static class PackedNumber
{
    /// <summary>The longest.</summary>
    public const int MaxBytes = 10;

    /// <returns>Where the next one goes.</returns>
    public static int Write(Span<byte> target, int at, long value)
    {
        var left = (ulong)value;
        for (; left > 0x7F; left >>= 7)
            target[at++] = (byte)(left | 0x80);
        target[at++] = (byte)left;
        return at;
    }

    public static long Read(ReadOnlySpan<byte> source, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = source[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next <= 0x7F)
                return (long)value;
        }
    }

    /// <summary>Small numbers of either sign become small ones without.</summary>
    public static int WriteSigned(Span<byte> target, int at, long value) => Write(target, at, (value << 1) ^ (value >> 63));

    public static long ReadSigned(ReadOnlySpan<byte> source, ref int at)
    {
        var value = Read(source, ref at);
        return (long)((ulong)value >> 1) ^ -(value & 1);
    }
}
