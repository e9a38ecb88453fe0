using System.Buffers.Binary;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Http.Paging;

/// <summary>Where a page of a history or of the log begins.</summary>
internal static class HistoryPlace
{
    public static byte[] Of(HistoryPosition position)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), position.Block);
        return bytes;
    }

    /// <returns>False where that is no place; of none, true and null.</returns>
    public static bool TryRead(byte[]? place, out HistoryPosition? position)
    {
        position = null;
        if (place is null)
            return true;
        if (place.Length != 16)
            return false;
        var read = new HistoryPosition(BinaryPrimitives.ReadInt64BigEndian(place), BinaryPrimitives.ReadInt64BigEndian(place.AsSpan(8)));
        position = read;
        return read is { Sequence: >= 0, Block: >= 0 };
    }
}
