using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CreditSystem.Ledger.Projection.Ids;

/// <summary>
/// Which of some consecutive segments an id is in, in four bytes for each id: a part of the id, sorted, and the number of the
/// segment. A hit is confirmed in the segment, and one in many thousands is none; a miss is certain.
/// </summary>
internal sealed class IdTable
{
    public const int MaxSegments = 1024;

    // So many ids share a place in the list of starts, and are searched by halves.
    private const int BucketBits = 8;

    private readonly uint[] entries;
    private readonly int[] starts;
    private readonly int placeBits;
    private readonly int segmentBits;

    private IdTable(IReadOnlyList<SegmentSpan> segments, int count)
    {
        Segments = segments;
        segmentBits = BitOperations.Log2((uint)segments.Count * 2 - 1);
        placeBits = Math.Max(BitOperations.Log2((uint)count | 1) - BucketBits, 0);
        (entries, starts) = (new uint[count], new int[(1 << placeBits) + 1]);
    }

    /// <summary>What it covers, in order.</summary>
    public IReadOnlyList<SegmentSpan> Segments { get; }

    /// <summary>The block that it begins after.</summary>
    public long After => Segments[0].After;

    /// <summary>The last block of which it has ids.</summary>
    public long Last => Segments[^1].Last;

    public int Count => entries.Length;

    /// <summary>Whether it is stored as it is here.</summary>
    public bool IsStored { get; set; }

    /// <summary>What it takes of memory.</summary>
    public long Bytes => (entries.Length + starts.Length) * 4L + Segments.Count * 24L;

    /// <param name="segments">At least one and at most <see cref="MaxSegments"/>, one after the other.</param>
    public static IdTable Of(IReadOnlyList<IdSegment> segments)
    {
        var count = segments.Sum(segment => segment.Count);
        var (keys, numbers) = (new ulong[count], new ushort[count]);
        var next = 0;
        for (var number = 0; number < segments.Count; number++)
        {
            segments[number].CopyKeys(keys.AsSpan(next));
            numbers.AsSpan(next, segments[number].Count).Fill((ushort)number);
            next += segments[number].Count;
        }
        var table = new IdTable([.. segments.Select(segment => segment.Span)], count);
        table.Fill(keys, numbers);
        return table;
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    public static IdTable Read(BinaryReader reader)
    {
        var after = reader.Read7BitEncodedInt64();
        var segments = new SegmentSpan[reader.Read7BitEncodedInt()];
        for (var i = 0; i < segments.Length; i++)
        {
            var last = after + reader.Read7BitEncodedInt64();
            (segments[i], after) = (new SegmentSpan(after, last, reader.Read7BitEncodedInt()), last);
        }
        var table = new IdTable(segments, segments.Sum(segment => segment.Count)) { IsStored = true };
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(table.entries.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(table.starts.AsSpan()));
        return table;
    }

    // Numbers are little-endian, as on all machines that .NET runs on.
    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(After);
        writer.Write7BitEncodedInt(Segments.Count);
        foreach (var segment in Segments)
        {
            writer.Write7BitEncodedInt64(segment.Last - segment.After);
            writer.Write7BitEncodedInt(segment.Count);
        }
        writer.Write(MemoryMarshal.AsBytes(entries.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(starts.AsSpan()));
    }

    public bool MayContain(ulong key) => First(key) is var first && first < starts[Place(key) + 1] && Has(first, key);

    /// <summary>Adds the segments that may have the key, latest first.</summary>
    public void Find(ulong key, List<SegmentSpan> found)
    {
        var (first, end) = (First(key), starts[Place(key) + 1]);
        var after = first;
        while (after < end && Has(after, key))
            after++;
        for (var i = after - 1; i >= first; i--)
            if (Segments[(int)(entries[i] & ((1u << segmentBits) - 1))] is var segment && !found.Contains(segment))
                found.Add(segment);
    }

    // Counted into so many places that one id is in each, and then put in order: the same id may be in several segments, and the latest
    // counts. A start does this with millions of ids when nothing has been compiled well yet, which makes a sort ten times as slow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(ulong[] keys, ushort[] numbers)
    {
        var shift = 64 - placeBits - BucketBits;
        var counts = new int[(1 << (placeBits + BucketBits)) + 1];
        foreach (var key in keys)
            counts[(key >> shift) + 1]++;
        for (var i = 1; i < counts.Length; i++)
            counts[i] += counts[i - 1];
        for (var place = 0; place < starts.Length; place++)
            starts[place] = counts[place << BucketBits];
        for (var i = 0; i < keys.Length; i++)
            entries[counts[keys[i] >> shift]++] = (Remainder(keys[i]) << segmentBits) | numbers[i];
        for (var place = 1; place < starts.Length; place++)
            for (var i = starts[place - 1] + 1; i < starts[place]; i++)
            {
                var (entry, free) = (entries[i], i);
                for (; free > starts[place - 1] && entries[free - 1] > entry; free--)
                    entries[free] = entries[free - 1];
                entries[free] = entry;
            }
    }

    private int Place(ulong key) => placeBits == 0 ? 0 : (int)(key >> (64 - placeBits));

    private uint Remainder(ulong key) => (uint)((key << placeBits) >> (32 + segmentBits));

    private bool Has(int index, ulong key) => entries[index] >> segmentBits == Remainder(key);

    // Where the key is, or would be.
    private int First(ulong key)
    {
        var (low, high, entry) = (starts[Place(key)], starts[Place(key) + 1], Remainder(key) << segmentBits);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle] < entry)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
