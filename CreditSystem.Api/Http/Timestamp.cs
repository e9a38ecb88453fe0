using System.Globalization;

namespace CreditSystem.Api.Http;

/// <summary>Times in requests: RFC 3339, to the millisecond. In a query string a day alone will do, and is UTC.</summary>
internal static class Timestamp
{
    private static readonly string[] ExactFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
    private static readonly string[] Formats = [.. ExactFormats, "yyyy-MM-dd"];

    /// <summary>True with null for an absent text, and with Unix milliseconds for a valid one.</summary>
    public static bool TryParse(string? text, out long? unixMilliseconds)
    {
        unixMilliseconds = null;
        if (text is null)
            return true;
        // In a query string an unescaped plus sign has become a space.
        if (!DateTimeOffset.TryParseExact(
            text.Replace(' ', '+'), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
            return false;
        unixMilliseconds = parsed.ToUnixTimeMilliseconds();
        return true;
    }

    /// <summary>A time with its offset.</summary>
    public static bool TryParseExact(string text, out DateTimeOffset time)
    {
        time = default;
        return text.Length is >= 20 and <= 35 && (text[^1] is 'Z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(text, ExactFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    public static ProblemHttpResult Invalid(string name) =>
        ApiProblems.BadRequest("invalid_" + name, $"{name} must be an RFC 3339 time such as 2026-01-31T12:00:00Z.");
}
