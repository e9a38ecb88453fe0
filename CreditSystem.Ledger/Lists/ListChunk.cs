using System.Buffers.Binary;
using System.IO.Hashing;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Lists;

/// <summary>
/// Where things of one list are in some blocks, as it is stored beside the log, many in one document. What they are is in the log.
/// A chunk says by a checksum whether it is what was written.
/// </summary>
/// <param name="Term">The list.</param>
/// <param name="After">It has what is listed of the blocks after this one,</param>
/// <param name="Last">up to this one.</param>
public sealed record ListChunk(Guid Term, long After, long Last, byte[] Content)
{
    /// <param name="rows">In their order.</param>
    internal static ListChunk Pack(Guid term, long after, long last, List<(ListPosition Position, string Asset)> rows) =>
        Write(term, after, last, writer =>
        {
            var assets = rows.Select(row => row.Asset).Distinct(StringComparer.Ordinal).ToList();
            writer.Write7BitEncodedInt(assets.Count);
            foreach (var asset in assets)
                writer.Write(asset);
            writer.Write7BitEncodedInt(rows.Count);
            var before = new ListPosition(after, 0, 0);
            foreach (var (position, asset) in rows)
            {
                writer.Write7BitEncodedInt64(position.Block - before.Block);
                writer.Write7BitEncodedInt(position.Block == before.Block ? position.Record - before.Record : position.Record);
                writer.Write7BitEncodedInt(position.Part);
                if (assets.Count > 1)
                    writer.Write7BitEncodedInt(assets.IndexOf(asset));
                before = position;
            }
        });

    /// <summary>That lists are stored for these blocks.</summary>
    /// <param name="at">The time of the last block.</param>
    /// <param name="keys">The keys of metadata that were looked at.</param>
    internal static ListChunk Marker(Guid term, long after, long last, long at, IReadOnlyCollection<Guid> keys) =>
        Write(term, after, last, writer =>
        {
            writer.Write7BitEncodedInt64(at);
            writer.Write7BitEncodedInt(keys.Count);
            foreach (var key in keys)
                writer.Write(key.ToByteArray());
        });

    /// <summary>The rows in their order; null where the chunk is not what was written.</summary>
    internal List<(ListPosition Position, string Asset)>? TryUnpack() => TryRead(reader =>
    {
        var assets = new string[reader.Read7BitEncodedInt()];
        for (var i = 0; i < assets.Length; i++)
            assets[i] = reader.ReadString();
        var rows = new List<(ListPosition, string)>(reader.Read7BitEncodedInt());
        var before = new ListPosition(After, 0, 0);
        for (var left = rows.Capacity; left > 0; left--)
        {
            var (block, record, part) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            before = new ListPosition(before.Block + block, block == 0 ? before.Record + record : record, part);
            rows.Add((before, assets[assets.Length > 1 ? reader.Read7BitEncodedInt() : 0]));
        }
        return rows;
    });

    /// <summary>What a marker says; null where it is not what was written.</summary>
    internal ListSpan? TryUnpackMarker() => TryRead(reader =>
    {
        var (at, keys) = (reader.Read7BitEncodedInt64(), new HashSet<Guid>());
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            keys.Add(new Guid(reader.ReadBytes(16)));
        return new ListSpan(After, Last, at, keys);
    });

    private static ListChunk Write(Guid term, long after, long last, Action<BinaryWriter> write) =>
        new(term, after, last, CheckedContent.Write(SeedOf(term, after, last), write));

    private T? TryRead<T>(Func<BinaryReader, T> read)
        where T : class => CheckedContent.TryRead(Content, SeedOf(Term, After, Last), read);

    private static long SeedOf(Guid term, long after, long last)
    {
        Span<byte> id = stackalloc byte[24];
        term.TryWriteBytes(id);
        BinaryPrimitives.WriteInt64LittleEndian(id[16..], after);
        return (long)XxHash3.HashToUInt64(id, seed: last);
    }
}

/// <summary>Blocks of which lists are stored.</summary>
/// <param name="At">The time of the last one.</param>
/// <param name="Keys">The keys of metadata that were looked at.</param>
internal sealed record ListSpan(long After, long Last, long At, HashSet<Guid> Keys);
