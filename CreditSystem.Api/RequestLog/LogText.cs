namespace CreditSystem.Api.RequestLog;

/// <summary>Text of a caller's making, for a line of a log: it can neither begin another line nor steer a terminal.</summary>
internal static class LogText
{
    private const int MaxLength = 128;

    /// <summary>The text, with <c>?</c> for what is not printable ASCII, and not longer than a name is; <c>-</c> for none.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "-";
        return text.Length <= MaxLength && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text : Replace(text);
    }

    private static string Replace(string text) =>
        string.Create(Math.Min(text.Length, MaxLength), text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
        });
}
