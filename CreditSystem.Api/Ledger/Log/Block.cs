using System.Buffers.Binary;
using System.Security.Cryptography;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Log;

/// <summary>A block as it is stored: sealed by the hash of the one before it and of its own content.</summary>
/// <param name="Number">Counts from 1 without a gap within the partition.</param>
/// <param name="At">When it was made, Unix milliseconds; never earlier than the block before it.</param>
/// <param name="Previous">The hash of the block before; 32 zero bytes for the first.</param>
/// <param name="Content">The records, as the bytes of a BSON array.</param>
internal sealed record Block(int Partition, long Number, long At, byte[] Previous, byte[] Hash, ReadOnlyMemory<byte> Content)
{
    public static Block Seal(int partition, long number, long at, byte[] previous, ReadOnlyMemory<byte> content) =>
        new(partition, number, at, previous, ComputeHash(partition, number, at, previous, content.Span), content);

    /// <summary>Whether the block is what was sealed.</summary>
    public bool IsIntact() => ComputeHash(Partition, Number, At, Previous, Content.Span).AsSpan().SequenceEqual(Hash);

    public LedgerRecord[] ReadRecords() => RecordReader.Read(Content, Number, At);

    private static byte[] ComputeHash(int partition, long number, long at, byte[] previous, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[20];
        BinaryPrimitives.WriteInt32BigEndian(header, partition);
        BinaryPrimitives.WriteInt64BigEndian(header[4..], number);
        BinaryPrimitives.WriteInt64BigEndian(header[12..], at);
        hash.AppendData(previous);
        hash.AppendData(header);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}
