using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Http;

/// <summary>Where a page begins, as an opaque text.</summary>
internal static class Cursor
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static string Encode(HistoryPosition position)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, position.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], position.Block);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryDecode(string text, out HistoryPosition position)
    {
        position = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length != 22 || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != 16)
            return false;
        position = new HistoryPosition(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        return position is { Sequence: >= 0, Block: >= 0 };
    }

    /// <summary>Whether the text is the id of something of the kind, where a list goes by ids.</summary>
    /// <param name="text">The cursor; null for the first page.</param>
    /// <param name="prefix">What ids of the kind begin with, such as <c>usr_</c>.</param>
    public static bool IsId(string? text, string prefix) =>
        text is null
        || text.StartsWith(prefix, StringComparison.Ordinal) && text.Length == prefix.Length + 32
            && text.AsSpan(prefix.Length).IndexOfAnyExcept(Hexadecimal) < 0;

    public static ProblemHttpResult Invalid() =>
        ApiProblems.BadRequest("invalid_cursor", "Pass next_cursor of the page before, unchanged.");

    public static Validated<int> Limit(int? limit) => limit switch
    {
        null => DefaultLimit,
        >= 1 and <= MaxLimit => limit.Value,
        _ => ApiProblems.BadRequest("invalid_limit", $"limit must be between 1 and {MaxLimit}."),
    };
}
