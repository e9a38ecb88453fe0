using System.Globalization;
using System.Text.RegularExpressions;

namespace CreditSystem.Api.Http;

/// <summary>Times in requests: RFC 3339, to the millisecond. In a query string a day alone will do, and is UTC.</summary>
internal static partial class Timestamp
{
    /// <summary>True with null for an absent text, and with Unix milliseconds for a valid one.</summary>
    public static bool TryParse(string? text, out long? unixMilliseconds)
    {
        unixMilliseconds = null;
        if (text is null)
            return true;
        // In a query string an unescaped plus sign has become a space.
        if (!TryParseExact(text.Replace(' ', '+'), out var time)
            && !DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
            return false;
        unixMilliseconds = time.ToUnixTimeMilliseconds();
        return true;
    }

    /// <summary>A time as RFC 3339, section 5.6, has it: with an offset, in either case, with as many digits of a fraction.</summary>
    public static bool TryParseExact(string text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length > 64 || Pattern().Match(text) is not { Success: true } parts)
            return false;
        // A leap second is the first moment after it: nothing here has a place for it.
        var isLeap = parts.Groups["second"].Value == "60";
        var (fraction, offset) = (parts.Groups["fraction"].Value, parts.Groups["offset"].Value.ToUpperInvariant());
        var exact = string.Concat(
            parts.Groups["day"].ValueSpan, "T", parts.Groups["minute"].ValueSpan,
            isLeap ? ":59" : string.Concat(":", parts.Groups["second"].ValueSpan))
            + "." + (isLeap ? "" : fraction[..Math.Min(fraction.Length, 7)]).PadRight(7, '0') + (offset == "Z" ? "+00:00" : offset);
        if (!DateTimeOffset.TryParseExact(
            exact, "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
            return false;
        if (isLeap && (parsed.UtcDateTime is not { Hour: 23, Minute: 59 } || parsed.UtcDateTime >= DateTime.MaxValue.AddSeconds(-1)))
            return false;
        time = isLeap ? parsed.AddSeconds(1) : parsed;
        return true;
    }

    /// <summary>From one time until another, by the names and texts of the parameters; null where there is no text.</summary>
    public static Validated<(long? From, long? Until)> Period(string fromName, string? fromText, string untilName, string? untilText)
    {
        if (!TryParse(fromText, out var from))
            return Invalid(fromName);
        return TryParse(untilText, out var until) ? (from, until) : Invalid(untilName);
    }

    public static ProblemHttpResult Invalid(string name) =>
        ApiProblems.BadRequest("invalid_" + name.Split('[')[0], $"{name} must be an RFC 3339 time such as 2026-01-31T12:00:00Z.");

    [GeneratedRegex(
        @"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<minute>[0-9]{2}:[0-9]{2}):(?<second>[0-9]{2})(\.(?<fraction>[0-9]+))?"
        + @"(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Pattern();
}
