using System.Buffers.Binary;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Where a page of a list begins: a place in the log, one in the history of each of some accounts, or one in time.</summary>
internal static class ListPlace
{
    private const int PlaceBytes = 16;
    private const int StatusBytes = 24;

    public static byte[] Of(ListPosition position)
    {
        var bytes = new byte[PlaceBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Block);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), position.Record);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), position.Part);
        return bytes;
    }

    public static byte[] Of(IReadOnlyList<HistoryPosition> places) => [.. places.SelectMany(HistoryPlace.Of)];

    public static byte[] Of(StatusPosition position)
    {
        var bytes = new byte[StatusBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.CreatedAt);
        position.Id.TryWriteBytes(bytes.AsSpan(8), bigEndian: true, out _);
        return bytes;
    }

    /// <returns>Null where that is no place among what has a status.</returns>
    public static StatusPosition? ReadStatus(byte[]? place) => place is { Length: StatusBytes }
        ? new StatusPosition(BinaryPrimitives.ReadInt64BigEndian(place), new Guid(place.AsSpan(8), bigEndian: true))
        : null;

    /// <returns>False where that is no place; of none, true and null.</returns>
    public static bool TryRead(byte[]? place, out ListPosition? position)
    {
        position = null;
        if (place is null)
            return true;
        if (place.Length != PlaceBytes)
            return false;
        var read = new ListPosition(
            BinaryPrimitives.ReadInt64BigEndian(place), BinaryPrimitives.ReadInt32BigEndian(place.AsSpan(8)),
            BinaryPrimitives.ReadInt32BigEndian(place.AsSpan(12)));
        position = read;
        return read is { Block: > 0, Record: >= 0, Part: >= 0 };
    }

    /// <param name="place">As it was written.</param>
    /// <param name="ends">The last places that there are, of the accounts in their order.</param>
    /// <param name="places">Where to begin; null for none.</param>
    public static bool TryRead(byte[]? place, IReadOnlyList<HistoryPosition> ends, out IReadOnlyList<HistoryPosition>? places)
    {
        places = null;
        if (place is null)
            return true;
        if (place.Length != ends.Count * PlaceBytes)
            return false;
        var read = new HistoryPosition[ends.Count];
        for (var i = 0; i < read.Length; i++)
        {
            if (!HistoryPlace.TryRead(place[(i * PlaceBytes)..((i + 1) * PlaceBytes)], out var one)
                || one!.Value.Sequence > ends[i].Sequence || one.Value.Block > ends[i].Block)
                return false;
            read[i] = one.Value;
        }
        places = read;
        return true;
    }
}
