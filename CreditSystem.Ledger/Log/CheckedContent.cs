using System.Buffers.Binary;
using System.IO.Hashing;

namespace CreditSystem.Ledger.Log;

/// <summary>
/// Bytes that end in a checksum of them and of what they are, which is the seed, so that others in their place are noticed.
/// </summary>
internal static class CheckedContent
{
    private const int ChecksumBytes = sizeof(ulong);

    public static byte[] Write(long seed, Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        write(writer);
        writer.Write(Checksum(buffer.GetBuffer().AsSpan(0, (int)buffer.Position), seed));
        return buffer.ToArray();
    }

    /// <summary>Null where it is not what was written.</summary>
    public static T? TryRead<T>(byte[] content, long seed, Func<BinaryReader, T> read)
        where T : class
    {
        var length = content.Length - ChecksumBytes;
        if (length <= 0 || Checksum(content.AsSpan(0, length), seed) != BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(length)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(content, 0, length));
        return read(reader);
    }

    private static ulong Checksum(ReadOnlySpan<byte> content, long seed) => XxHash3.HashToUInt64(content, seed);
}
