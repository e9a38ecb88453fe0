using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features;

/// <summary>Times in query strings: RFC 3339, to the millisecond.</summary>
internal static class Timestamp
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    /// <summary>True with null for an absent text, and with Unix milliseconds for a valid one.</summary>
    public static bool TryParse(string? text, out long? unixMilliseconds)
    {
        unixMilliseconds = null;
        if (text is null)
            return true;
        // In a query string an unescaped plus sign has become a space.
        if (!DateTimeOffset.TryParseExact(text.Replace(' ', '+'), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed))
            return false;
        unixMilliseconds = parsed.ToUnixTimeMilliseconds();
        return true;
    }

    public static ProblemHttpResult Invalid(string name) => Refusal.BadRequest("invalid_" + name, $"{name} must be an RFC 3339 time such as 2026-01-31T12:00:00Z.");
}
