using System.Buffers;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// A path below <c>/v1/</c>: literal segments, <c>{name}</c> for one name as Vault defines it (letters, digits, <c>_ - .</c>),
/// and at the end <c>{tail}</c> for one or more further segments, <c>{tail?}</c> for any number of them, or <c>{slash?}</c> for
/// a slash that may be there or not.
/// </summary>
internal sealed class PathTemplate
{
    private const string NameSegment = "{name}";
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private readonly string[] _segments;
    private readonly TailMode _tail;

    private PathTemplate(string text, string[] segments, TailMode tail)
    {
        Text = text;
        _segments = segments;
        _tail = tail;
    }

    private enum TailMode
    {
        None,
        Slash,
        Optional,
        Required,
    }

    public string Text { get; }

    /// <exception cref="FormatException">The text is not a template.</exception>
    public static PathTemplate Parse(string text)
    {
        var segments = text.Split('/');
        var tail = segments[^1] switch
        {
            "{tail}" => TailMode.Required,
            "{tail?}" => TailMode.Optional,
            "{slash?}" => TailMode.Slash,
            _ => TailMode.None,
        };
        if (tail != TailMode.None)
            segments = segments[..^1];
        if (segments.Length == 0 && tail != TailMode.Required)
            throw new FormatException($"The path template '{text}' is empty.");
        foreach (var segment in segments)
        {
            if (segment != NameSegment && !IsName(segment))
                throw new FormatException(
                    $"The path template '{text}' has the segment '{segment}', which is neither a name nor {NameSegment}.");
        }

        return new PathTemplate(text, segments, tail);
    }

    /// <summary>Letters, digits, and inside <c>_ - .</c>: no encoding, no dot segment.</summary>
    internal static bool IsName(ReadOnlySpan<char> segment) =>
        segment is not ([] or ['.', ..] or [.., '.']) && !segment.ContainsAnyExcept(NameCharacters);

    /// <param name="path">The decoded path below <c>/v1/</c>, already free of dot segments and empty segments.</param>
    /// <param name="firstEncoded">Where the first percent-encoded character stands; only the tail may hold any.</param>
    public bool Matches(ReadOnlySpan<char> path, int firstEncoded)
    {
        var position = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            if (i > 0)
            {
                if (position >= path.Length || path[position] != '/')
                    return false;
                position++;
            }

            var length = MatchSegment(path[position..], _segments[i]);
            if (length < 0)
                return false;
            position += length;
        }

        return firstEncoded >= position && MatchTail(path[position..]);
    }

    private static int MatchSegment(ReadOnlySpan<char> rest, string segment)
    {
        if (segment != NameSegment)
        {
            return rest.StartsWith(segment, StringComparison.Ordinal) && (rest.Length == segment.Length || rest[segment.Length] == '/')
                ? segment.Length
                : -1;
        }

        var end = rest.IndexOf('/');
        var length = end < 0 ? rest.Length : end;
        return IsName(rest[..length]) ? length : -1;
    }

    // A slash at the end is a folder's, and arrives as it came.
    private bool MatchTail(ReadOnlySpan<char> tail) => _tail switch
    {
        TailMode.None => tail.IsEmpty,
        TailMode.Slash => tail is "" or "/",
        TailMode.Required when _segments.Length == 0 => !tail.IsEmpty,
        TailMode.Required => tail.Length > 1 && tail[0] == '/',
        _ => tail.IsEmpty || tail[0] == '/',
    };
}
