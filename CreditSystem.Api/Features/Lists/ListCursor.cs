using System.Buffers.Binary;
using System.Buffers.Text;
using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;

namespace CreditSystem.Api.Features.Lists;

/// <summary>Where a page of a list begins, as an opaque text: a place in the log, or one in the history of each of some accounts.</summary>
internal static class ListCursor
{
    private const int PlaceBytes = 16;
    private const int StatusBytes = 24;

    /// <summary>Longer than of as many accounts as a holder may have.</summary>
    private const int MaxLength = 4096;

    public static string Encode(ListPosition position)
    {
        Span<byte> bytes = stackalloc byte[PlaceBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Block);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], position.Record);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], position.Part);
        return Base64Url.EncodeToString(bytes);
    }

    public static string Encode(IReadOnlyList<HistoryPosition> places)
    {
        var bytes = new byte[places.Count * PlaceBytes];
        for (var i = 0; i < places.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * PlaceBytes), places[i].Sequence);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(i * PlaceBytes + 8), places[i].Block);
        }
        return Base64Url.EncodeToString(bytes);
    }

    public static string Encode(StatusPosition position)
    {
        Span<byte> bytes = stackalloc byte[StatusBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.CreatedAt);
        position.Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>Null where the text is no place among what has a status.</returns>
    public static StatusPosition? DecodeStatus(string? text) => text is not null && BytesOf(text) is { Length: StatusBytes } bytes
        ? new StatusPosition(BinaryPrimitives.ReadInt64BigEndian(bytes), new Guid(bytes.AsSpan(8), bigEndian: true))
        : null;

    /// <returns>False where the text is none of ours; without a text, true and no place.</returns>
    public static bool TryDecode(string? text, out ListPosition? position)
    {
        position = null;
        if (text is null)
            return true;
        if (BytesOf(text) is not { Length: PlaceBytes } bytes)
            return false;
        var read = new ListPosition(
            BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8)),
            BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(12)));
        position = read;
        return read is { Block: > 0, Record: >= 0, Part: >= 0 };
    }

    /// <param name="text">The cursor.</param>
    /// <param name="ends">The last places that there are, of the accounts in their order.</param>
    /// <param name="places">Where to begin; null without a text.</param>
    public static bool TryDecode(string? text, IReadOnlyList<HistoryPosition> ends, out IReadOnlyList<HistoryPosition>? places)
    {
        places = null;
        if (text is null)
            return true;
        if (BytesOf(text) is not { } bytes || bytes.Length != ends.Count * PlaceBytes)
            return false;
        var read = new HistoryPosition[ends.Count];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = new HistoryPosition(
                BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(i * PlaceBytes)),
                BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(i * PlaceBytes + 8)));
            if (read[i] is not { Sequence: >= 0, Block: >= 0 } || read[i].Sequence > ends[i].Sequence || read[i].Block > ends[i].Block)
                return false;
        }
        places = read;
        return true;
    }

    private static byte[]? BytesOf(string text) =>
        text.Length is > 0 and <= MaxLength && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
}
