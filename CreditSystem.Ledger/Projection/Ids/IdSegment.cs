using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>
/// All ids of the blocks after <paramref name="After"/> up to <paramref name="Last"/>. Segments follow one another without
/// a gap; each is written after the accounts as of its last block, so where they end is where replaying begins.
/// </summary>
/// <param name="At">The time of the last block.</param>
/// <param name="Hash">The hash of the last block.</param>
/// <param name="Ids">Sixteen bytes each: <see cref="IdIndex.Key"/> and the block.</param>
/// <param name="Latest">Twenty-four bytes each: the id of a hold or a reversed transfer, and the block that changed it last.</param>
public sealed record IdSegment(int Partition, long After, long Last, long At, byte[] Hash, byte[] Ids, byte[] Latest)
{
    private const int IdBytes = 16;
    private const int LatestBytes = 24;

    /// <summary>How many ids it has, of both kinds.</summary>
    public int Count => Ids.Length / IdBytes + Latest.Length / LatestBytes;

    /// <summary>Where it begins and ends.</summary>
    internal SegmentSpan Span => new(After, Last, Count);

    public static IdSegment Create(
        int partition, long after, long last, long at, byte[] hash, IReadOnlyList<(ulong Key, long Block)> ids,
        IReadOnlyList<(Guid Id, long Block)> latest)
    {
        var (idBytes, latestBytes) = (new byte[ids.Count * IdBytes], new byte[latest.Count * LatestBytes]);
        for (var i = 0; i < ids.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(idBytes.AsSpan(i * IdBytes), ids[i].Key);
            BinaryPrimitives.WriteInt64LittleEndian(idBytes.AsSpan(i * IdBytes + 8), ids[i].Block);
        }
        for (var i = 0; i < latest.Count; i++)
        {
            latest[i].Id.TryWriteBytes(latestBytes.AsSpan(i * LatestBytes), bigEndian: true, out _);
            BinaryPrimitives.WriteInt64LittleEndian(latestBytes.AsSpan(i * LatestBytes + 16), latest[i].Block);
        }
        return new IdSegment(partition, after, last, at, hash, idBytes, latestBytes);
    }

    /// <summary>What is stored beside the segment, so that a damaged one is noticed and the log read instead.</summary>
    public byte[] Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[28];
        BinaryPrimitives.WriteInt32BigEndian(header, Partition);
        BinaryPrimitives.WriteInt64BigEndian(header[4..], After);
        BinaryPrimitives.WriteInt64BigEndian(header[12..], Last);
        BinaryPrimitives.WriteInt64BigEndian(header[20..], At);
        hash.AppendData(header);
        hash.AppendData(Hash);
        hash.AppendData(Ids);
        hash.AppendData(Latest);
        return hash.GetHashAndReset();
    }

    /// <summary>Copies the keys of all that it has; those of holds and reversed transfers tell that they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void CopyKeys(Span<ulong> keys)
    {
        var next = 0;
        for (var i = 0; i + IdBytes <= Ids.Length; i += IdBytes)
            keys[next++] = BinaryPrimitives.ReadUInt64LittleEndian(Ids.AsSpan(i));
        for (var i = 0; i + LatestBytes <= Latest.Length; i += LatestBytes)
            keys[next++] = IdIndex.LatestKey(new Guid(Latest.AsSpan(i, 16), bigEndian: true));
    }

    /// <summary>Adds the blocks that may hold the id; almost always none or the one.</summary>
    internal void Find(Guid id, List<long> found)
    {
        var key = IdIndex.Key(id);
        for (var i = 0; i + IdBytes <= Ids.Length; i += IdBytes)
            if (BinaryPrimitives.ReadUInt64LittleEndian(Ids.AsSpan(i)) == key
                && BinaryPrimitives.ReadInt64LittleEndian(Ids.AsSpan(i + 8)) is var block && !found.Contains(block))
                found.Add(block);
    }

    /// <summary>The block that last changed a hold, or last reversed a part of a transfer, among those of the segment.</summary>
    internal long? FindLatest(Guid id)
    {
        for (var i = Latest.Length - LatestBytes; i >= 0; i -= LatestBytes)
            if (new Guid(Latest.AsSpan(i, 16), bigEndian: true) == id)
                return BinaryPrimitives.ReadInt64LittleEndian(Latest.AsSpan(i + 16));
        return null;
    }

    public void AddTo(IdIndex index)
    {
        for (var i = 0; i + IdBytes <= Ids.Length; i += IdBytes)
            index.Add(BinaryPrimitives.ReadUInt64LittleEndian(Ids.AsSpan(i)), BinaryPrimitives.ReadInt64LittleEndian(Ids.AsSpan(i + 8)));
        for (var i = 0; i + LatestBytes <= Latest.Length; i += LatestBytes)
            index.SetLatest(new Guid(Latest.AsSpan(i, 16), bigEndian: true), BinaryPrimitives.ReadInt64LittleEndian(Latest.AsSpan(i + 16)));
    }
}

/// <summary>A stored segment without its content.</summary>
/// <param name="After">The block that it begins after, which is its name.</param>
/// <param name="Last">Its last block.</param>
/// <param name="Count">How many ids it has.</param>
internal readonly record struct SegmentSpan(long After, long Last, int Count);
