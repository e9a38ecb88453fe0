using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A recorded text in which <c>&lt;uuid&gt;</c> and the like stand for what differs from run to run, and <c>${name}</c> for a captured value.</summary>
internal static partial class AnswerPattern
{
    private static readonly Dictionary<string, string> Placeholders = new Dictionary<string, string>
    {
        ["uuid"] = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        ["rfc3339"] = @"(?!0001)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
        ["token"] = @"\S+",
        ["accessor"] = "[A-Za-z0-9_.-]+",
        ["int"] = @"-?\d+",
        ["string"] = "[^\"]*",
        ["base64"] = "[A-Za-z0-9+/_-]+=*",
        ["random"] = ".+",
        ["unseal-key"] = "[A-Za-z0-9+/]{43,}=*",
        ["serial"] = "[0-9a-f]{2}(:[0-9a-f]{2})+",
        ["namespace-id"] = "[A-Za-z0-9]{4,}",
        ["index"] = @"\S+",
        ["hex"] = "[0-9a-f]+",
        ["id"] = "[A-Za-z0-9]+",
        ["cluster-name"] = "vault-cluster-[A-Za-z0-9-]+",
        ["address"] = @"[A-Za-z0-9.\[\]:-]+:\d+",
        ["cluster-address"] = @"[A-Za-z0-9.\[\]:-]+:\d+",
        ["dir"] = "/.+",
        ["base32"] = "[A-Z2-7]+",
        ["der"] = "(?s:.+)",
        ["text"] = "(?s:.+)",
        ["html"] = "(?s:.+)",
        ["any"] = "(?s:.*)",
    };

    /// <summary>With captured values in their places; <paramref name="escape"/> says how they are written there.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> captured, Func<string, string>? escape = null) =>
        Captured().Replace(text, match => captured.TryGetValue(match.Groups[1].Value, out var value) ? (escape?.Invoke(value) ?? value) : match.Value);

    public static string InJson(string value) => JsonSerializer.Serialize(value)[1..^1];

    /// <summary>Whether <paramref name="actual"/> is what was recorded.</summary>
    public static bool Matches(string expected, string actual, IReadOnlyDictionary<string, string> captured)
    {
        if (!expected.Contains('<') && !expected.Contains("${", StringComparison.Ordinal))
            return expected == actual;
        var pattern = new StringBuilder(@"\A");
        var position = 0;
        foreach (Match match in Special().Matches(expected))
        {
            pattern.Append(Regex.Escape(expected[position..match.Index]));
            pattern.Append(match.Value[0] == '<' ? PlaceholderPattern(match.Value) : Regex.Escape(Fill(match.Value, captured)));
            position = match.Index + match.Length;
        }

        return Regex.IsMatch(actual, pattern.Append(Regex.Escape(expected[position..])).Append(@"\z").ToString());
    }

    /// <summary>A placeholder that stands for a whole JSON value of any kind, or for a number.</summary>
    public static bool MatchesNonText(string expected, JsonNode? actual) =>
        expected == "<any>" || (expected == "<int>" && actual is JsonValue value && value.TryGetValue<long>(out _));

    // What looks like a placeholder and is none, such as Go's <nil>, stands for itself.
    private static string PlaceholderPattern(string text) => text.StartsWith("<pem ", StringComparison.Ordinal)
        ? $"-----BEGIN {text[5..^1]}-----\n[A-Za-z0-9+/=\n]+-----END {text[5..^1]}-----"
        : Placeholders.TryGetValue(text[1..^1], out var pattern) ? $"(?:{pattern})" : Regex.Escape(text);

    [GeneratedRegex(@"<[a-z][a-z0-9-]*>|<pem [A-Z0-9 ]+>|\$\{[a-z0-9_]+\}", RegexOptions.IgnoreCase)]
    private static partial Regex Special();

    [GeneratedRegex(@"\$\{([a-z0-9_]+)\}", RegexOptions.IgnoreCase)]
    private static partial Regex Captured();
}
