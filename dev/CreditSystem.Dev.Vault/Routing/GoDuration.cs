using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>Durations as Go and Vault write them: <c>90</c> (seconds), <c>1h30m</c>, <c>7d</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            duration = TimeSpan.FromSeconds(seconds);
            return true;
        }

        duration = TimeSpan.Zero;
        var isNegative = text.StartsWith('-');
        var parts = isNegative ? text[1..] : text;
        if (!Whole().IsMatch(parts))
            return false;
        foreach (Match part in Part().Matches(parts))
            duration += double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * Unit(part.Groups[2].Value);
        duration = isNegative ? -duration : duration;
        return true;
    }

    /// <summary>As in Vault's messages: <c>1h</c>, <c>5m</c>, <c>1m30s</c>, without the parts that are zero.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.FromSeconds(1))
            return $"{(long)duration.TotalMilliseconds}ms".Replace("0ms", "0s", StringComparison.Ordinal);
        var text = new StringBuilder();
        if ((long)duration.TotalHours is > 0 and var hours)
            text.Append(CultureInfo.InvariantCulture, $"{hours}h");
        if (duration.Minutes > 0)
            text.Append(CultureInfo.InvariantCulture, $"{duration.Minutes}m");
        var seconds = duration.Seconds + (duration.Ticks % TimeSpan.TicksPerSecond / (decimal)TimeSpan.TicksPerSecond);
        if (seconds > 0)
            text.Append(CultureInfo.InvariantCulture, $"{seconds.ToString("0.#######", CultureInfo.InvariantCulture)}s");
        return text.ToString();
    }

    private static TimeSpan Unit(string unit) => unit switch
    {
        "d" => TimeSpan.FromDays(1),
        "h" => TimeSpan.FromHours(1),
        "m" => TimeSpan.FromMinutes(1),
        "s" => TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromMilliseconds(1),
    };

    [GeneratedRegex(@"^([0-9]*\.?[0-9]+(d|h|ms|m|s))+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"([0-9]*\.?[0-9]+)(d|h|ms|m|s)")]
    private static partial Regex Part();
}
