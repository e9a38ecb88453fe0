using System.Buffers;
using System.Text;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// Reads the request target exactly as it is sent on. What two servers could read differently (dot segments, backslashes,
/// empty segments, control characters, double encoding, invalid UTF-8) is never normalised on its way: YARP would send
/// <c>%2F</c> as <c>%252F</c> (https://github.com/dotnet/yarp/issues/1419), so the target is forwarded verbatim, and a
/// route matched on a normalised path would then say nothing about the path that arrives.
/// </summary>
internal static class RequestTargetParser
{
    internal const string ApiPrefix = "/v1/";

    /// <summary>The longest target in characters, query included.</summary>
    internal const int MaxLength = 4096;

    // RFC 3986 pchar without ';' (path parameters of other servers), '%' (handled apart) and quotes; plus the separator.
    private static readonly SearchValues<char> PlainPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,=:@/");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static DenialReason Parse(string rawTarget, out RequestTarget target)
    {
        target = default;
        if (rawTarget.Length > MaxLength)
            return DenialReason.PathTooLong;
        if (!rawTarget.StartsWith(ApiPrefix, StringComparison.Ordinal))
            return DescribeOutside(rawTarget);

        var queryStart = rawTarget.IndexOf('?');
        var rawPath = queryStart < 0
            ? rawTarget.AsSpan(ApiPrefix.Length)
            : rawTarget.AsSpan(ApiPrefix.Length, queryStart - ApiPrefix.Length);
        var query = queryStart < 0 ? "" : rawTarget[(queryStart + 1)..];
        var firstEncoded = rawPath.IndexOfAnyExcept(PlainPath);
        if (firstEncoded < 0)
        {
            target = new RequestTarget(rawTarget, rawPath.ToString(), rawPath.Length, query);
            return CheckSegments(rawPath);
        }

        var reason = Decode(rawPath, out var path);
        if (reason != DenialReason.None)
            return reason;
        target = new RequestTarget(rawTarget, path, firstEncoded, query);
        return CheckSegments(path);
    }

    // "/./v1/", an absolute form and the like are attempts; "//v1/" is what a client makes of an address that ends in a slash;
    // "/ui/" is merely not served.
    private static DenialReason DescribeOutside(string target)
    {
        if (target.Length == 0 || target[0] != '/' || target.AsSpan().IndexOfAny("\\%;") >= 0
            || target.Contains("/.", StringComparison.Ordinal))
            return DenialReason.PathMalformed;
        return target.StartsWith("//", StringComparison.Ordinal) ? DenialReason.PathOutside : DenialReason.PathNotAllowed;
    }

    private static DenialReason Decode(ReadOnlySpan<char> raw, out string path)
    {
        path = "";
        Span<byte> bytes = raw.Length <= 512 ? stackalloc byte[512] : new byte[raw.Length];
        var count = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c != '%')
            {
                if (!PlainPath.Contains(c))
                    return DenialReason.PathMalformed;
                bytes[count++] = (byte)c;
                continue;
            }

            if (!TryReadEncoded(raw, i, out var value))
                return DenialReason.PathMalformed;
            if (value == '%' && IsDoubleEncoded(raw[(i + 3)..]))
                return DenialReason.PathTraversal;
            bytes[count++] = value;
            i += 2;
        }

        return TryReadUtf8(bytes[..count], out path) ? DenialReason.None : DenialReason.PathMalformed;
    }

    /// <summary>Reads <c>%XX</c>, unless it stands for what no path and no parameter holds: a control character or a backslash.</summary>
    internal static bool TryReadEncoded(ReadOnlySpan<char> raw, int percent, out byte value) =>
        TryHex(raw, percent, out value) && value is >= 0x20 and not (0x7F or (byte)'\\');

    private static bool TryHex(ReadOnlySpan<char> raw, int percent, out byte value)
    {
        value = 0;
        if (percent + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[percent + 1]) || !char.IsAsciiHexDigit(raw[percent + 2]))
            return false;
        value = (byte)((Convert.FromHexString(raw.Slice(percent + 1, 2)))[0]);
        return true;
    }

    private static bool IsDoubleEncoded(ReadOnlySpan<char> afterPercent) =>
        afterPercent.Length >= 2
            && (afterPercent[0] == '%' || (char.IsAsciiHexDigit(afterPercent[0]) && char.IsAsciiHexDigit(afterPercent[1])));

    private static bool TryReadUtf8(ReadOnlySpan<byte> bytes, out string path)
    {
        try
        {
            path = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // Overlong forms of '.' and '/' end here.
            path = "";
            return false;
        }

        return !path.Any(char.IsControl);
    }

    private static DenialReason CheckSegments(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return DenialReason.PathNotAllowed;
        // The common path has neither, and is checked in two vectorised searches.
        if (path[0] != '/' && path[0] != '.' && path.IndexOf("/.", StringComparison.Ordinal) < 0
            && path.IndexOf("//", StringComparison.Ordinal) < 0)
            return DenialReason.None;

        for (var rest = path; ;)
        {
            var end = rest.IndexOf('/');
            var segment = end < 0 ? rest : rest[..end];
            if (segment is "." or ".." || segment.StartsWith("..", StringComparison.Ordinal))
                return DenialReason.PathTraversal;
            if (segment.IsEmpty && end >= 0)
                return DenialReason.PathMalformed;
            if (end < 0)
                return DenialReason.None;
            rest = rest[(end + 1)..];
        }
    }
}
