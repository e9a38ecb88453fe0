using System.Buffers.Binary;

namespace CreditSystem.Ledger.Projection;

/// <summary>
/// In which block each id of the log is. It holds half of each id and the number of the block: a hit is confirmed in the
/// block itself, a miss is certain. Sixteen bytes per slot keep every id there ever was in memory.
/// </summary>
public sealed class IdIndex
{
    private ulong[] keys = new ulong[1024];
    private long[] blocks = new long[1024];
    private readonly Dictionary<Guid, long> latest = [];
    private int count;

    public int Count => count;

    public void Add(Guid id, long block) => Add(Key(id), block);

    public void Add(ulong key, long block)
    {
        if (count * 10L >= keys.Length * 7L)
            Grow();
        Insert(keys, blocks, key, block);
        count++;
    }

    /// <summary>The block that last changed a hold, or last reversed a part of a transfer; null where none did.</summary>
    public long? Latest(Guid id) => latest.TryGetValue(id, out var block) ? block : null;

    public void SetLatest(Guid id, long block) => latest[id] = block;

    public void Clear()
    {
        (keys, blocks, count) = (new ulong[1024], new long[1024], 0);
        latest.Clear();
    }

    public bool MayContain(Guid id)
    {
        var key = Key(id);
        var mask = keys.Length - 1;
        for (var slot = Slot(key, mask); blocks[slot] != 0; slot = (slot + 1) & mask)
            if (keys[slot] == key)
                return true;
        return false;
    }

    /// <summary>The blocks that may hold the id; almost always none or the one.</summary>
    public void Find(Guid id, List<long> found)
    {
        var key = Key(id);
        var mask = keys.Length - 1;
        for (var slot = Slot(key, mask); blocks[slot] != 0; slot = (slot + 1) & mask)
            if (keys[slot] == key && !found.Contains(blocks[slot]))
                found.Add(blocks[slot]);
    }

    // Ids are uniformly distributed as they stand, being hashes; the version bits are in the half that is left out.
    public static ulong Key(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ (BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) << 32);
    }

    private static int Slot(ulong key, int mask) => (int)((key >> 17) & (uint)mask);

    private static void Insert(ulong[] keys, long[] blocks, ulong key, long block)
    {
        var mask = keys.Length - 1;
        var slot = Slot(key, mask);
        while (blocks[slot] != 0)
            slot = (slot + 1) & mask;
        keys[slot] = key;
        blocks[slot] = block;
    }

    private void Grow()
    {
        var (moreKeys, moreBlocks) = (new ulong[keys.Length * 2], new long[keys.Length * 2]);
        for (var i = 0; i < keys.Length; i++)
            if (blocks[i] != 0)
                Insert(moreKeys, moreBlocks, keys[i], blocks[i]);
        (keys, blocks) = (moreKeys, moreBlocks);
    }
}
