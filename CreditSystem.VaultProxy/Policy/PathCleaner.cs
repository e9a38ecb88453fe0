using System.Buffers;
using System.Text;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// Does to <c>//</c>, <c>/./</c> and <c>/../</c> what Vault's own server does: tells the client the path that it means (307).
/// Only plain ones: what is encoded is for nobody to interpret. The client's next request is judged like any other.
/// </summary>
internal static class PathCleaner
{
    // What may stand in a Location; RFC 3986 without what somebody might read as the end of something.
    private static readonly SearchValues<char> PlainQuery =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:/%+=&");

    /// <returns>Null where there is nothing to clean, or the path leaves <c>/v1/</c>.</returns>
    internal static string? Clean(string rawTarget)
    {
        if (!rawTarget.StartsWith(RequestTargetParser.ApiPrefix, StringComparison.Ordinal)
            || rawTarget.Length > RequestTargetParser.MaxLength)
            return null;
        var queryStart = rawTarget.IndexOf('?');
        var query = queryStart < 0 ? [] : rawTarget.AsSpan(queryStart);
        var path = queryStart < 0 ? rawTarget.AsSpan() : rawTarget.AsSpan(0, queryStart);
        path = path[RequestTargetParser.ApiPrefix.Length..];
        if ((query.Length > 1 && query[1..].IndexOfAnyExcept(PlainQuery) >= 0) || !TryResolve(path, out var segments, out var named))
            return null;
        // What is encoded must not disappear together with the segment that it stands in.
        if (RequestTargetParser.Parse(RequestTargetParser.ApiPrefix + string.Join('/', named),
            out _) is not (DenialReason.None or DenialReason.PathNotAllowed))
            return null;

        var cleaned = new StringBuilder(RequestTargetParser.ApiPrefix).AppendJoin('/', segments);
        // A folder stays one.
        if (segments.Count > 0 && path[^1] == '/')
            cleaned.Append('/');
        var target = cleaned.Append(query).ToString();
        return target == rawTarget ? null : target;
    }

    private static bool TryResolve(ReadOnlySpan<char> path, out List<string> segments, out List<string> named)
    {
        (segments, named) = ([], []);
        foreach (var range in path.Split('/'))
        {
            var segment = path[range];
            if (segment is "..")
            {
                if (segments.Count == 0)
                    return false;
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment.ToString());
                named.Add(segments[^1]);
            }
        }

        return true;
    }
}
