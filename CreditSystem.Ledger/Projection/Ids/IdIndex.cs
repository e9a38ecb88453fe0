using System.Buffers.Binary;

namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>
/// In which block an id is. It holds half of each id and the number of the block: a hit is confirmed in the block itself, a miss
/// is certain. Sixteen bytes per slot, for the ids of the latest blocks; for those before see <see cref="IdArchive"/>.
/// </summary>
public sealed class IdIndex
{
    private ulong[] keys = new ulong[1024];
    private long[] blocks = new long[1024];
    private readonly Dictionary<Guid, long> latest = [];

    // Tells a hold, and the reversals of a transfer, from the id itself.
    private const ulong LatestSalt = 0x9E37_79B9_7F4A_7C15;
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

    /// <summary>Forgets what the blocks up to this one have.</summary>
    public void DropUpTo(long block)
    {
        var (oldKeys, oldBlocks) = (keys, blocks);
        (keys, blocks, count) = (new ulong[1024], new long[1024], 0);
        for (var i = 0; i < oldKeys.Length; i++)
            if (oldBlocks[i] > block)
                Add(oldKeys[i], oldBlocks[i]);
        foreach (var (id, changed) in latest)
            if (changed <= block)
                latest.Remove(id);
    }

    /// <summary>What it takes of memory.</summary>
    public long Bytes => keys.Length * 16L + latest.Count * 48L;

    public bool MayContain(Guid id) => MayContain(Key(id));

    public bool MayContain(ulong key)
    {
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

    /// <summary>Under which an id is known as that of a hold or of a reversed transfer.</summary>
    public static ulong LatestKey(Guid id) => Key(id) ^ LatestSalt;

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
