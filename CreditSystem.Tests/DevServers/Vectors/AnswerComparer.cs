using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A member of an answer that is not as it was recorded.</summary>
internal sealed record Difference(string At, string Recorded, string Answered)
{
    public override string ToString() => $"{At}: recorded {Recorded}, answered {Answered}";
}

/// <summary>Compares an answer with the recorded one by the rules of Recorded/README.md.</summary>
/// <param name="captured">Values from earlier answers.</param>
/// <param name="isOpenBao">Vault itself may say in its own words what it is known to.</param>
internal sealed partial class AnswerComparer(IReadOnlyDictionary<string, string> captured, bool isOpenBao)
{
    // How a body is framed is the HTTP server's business.
    private static readonly string[] Ignored = ["date", "content-length", "connection", "transfer-encoding"];

    // The time between issue and answer is rounded away in the recordings.
    private const int ToleratedSeconds = 3;

    private const string VaultsInvalidToken = "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n";

    private readonly List<Difference> _differences = [];

    public IReadOnlyList<Difference> Compare(JsonObject recorded, WireClient.Response response, string method)
    {
        if ((int)recorded["status"]! != response.Status)
            Differ("status", recorded["status"], response.Status);
        CompareHeaders(recorded["headers"]?.AsObject() ?? [], response);
        if (method != "HEAD")
            CompareBody(recorded, response.Text);
        return _differences;
    }

    private void CompareHeaders(JsonObject recorded, WireClient.Response response)
    {
        var answered = response.Headers.Where(header => !Ignored.Contains(header.Name)).GroupBy(header => header.Name)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(header => header.Value)));
        foreach (var (name, value) in recorded.Where(header => !Ignored.Contains(header.Key)))
        {
            var expected = value is JsonArray several ? string.Join(", ", several.Select(one => (string)one!)) : (string)value!;
            if (!answered.Remove(name, out var actual))
                _differences.Add(new Difference($"headers.{name}", expected, "nothing"));
            else if (!AnswerPattern.Matches(expected, actual, captured))
                _differences.Add(new Difference($"headers.{name}", expected, actual));
        }

        // Where retry-after was not stable it was left out of the recording.
        foreach (var (name, value) in answered.Where(header => header.Key != "retry-after" || response.Status != 429))
            _differences.Add(new Difference($"headers.{name}", "nothing", value));
    }

    private void CompareBody(JsonObject recorded, string text)
    {
        if (recorded.ContainsKey("body"))
        {
            if (recorded["body"] is JsonValue value && value.TryGetValue<string>(out var any) && any == "<any>")
                return;
            if (Parse(text) is { } body)
                Compare("body", recorded["body"], body.Node);
            else
                Differ("body", recorded["body"], text);
        }
        else if (!AnswerPattern.Matches((string?)recorded["text"] ?? "", text, captured))
        {
            _differences.Add(new Difference("text", (string?)recorded["text"] ?? "nothing", text));
        }
    }

    private void Compare(string at, JsonNode? recorded, JsonNode? answered)
    {
        switch (recorded)
        {
            case JsonObject map when answered is JsonObject other:
                foreach (var (name, value) in map)
                {
                    var key = AnswerPattern.Fill(name, captured);
                    if (Find(other, key, out var actualName))
                        Compare($"{at}.{key}", value, other[actualName]);
                    else
                        Differ($"{at}.{key}", value, "nothing");
                }

                foreach (var (name, value) in other.Where(member => isOpenBao || at != "body" || member.Key != "mount_type").Where(member => !map.Any(expected => AnswerPattern.Matches(expected.Key, member.Key, captured))))
                    _differences.Add(new Difference($"{at}.{name}", "nothing", Text(value)));
                return;
            case JsonArray list when answered is JsonArray other && list.Count == other.Count:
                for (var i = 0; i < list.Count; i++)
                    Compare($"{at}.{i}", list[i], other[i]);
                return;
            default:
                if (!AreAlike(at, recorded, answered))
                    Differ(at, recorded, answered);
                return;
        }
    }

    private bool Find(JsonObject map, string key, out string name)
    {
        name = map.Select(member => member.Key).FirstOrDefault(candidate => AnswerPattern.Matches(key, candidate, captured)) ?? "";
        return map.ContainsKey(name);
    }

    private bool AreAlike(string at, JsonNode? recorded, JsonNode? answered)
    {
        if (recorded is JsonValue value && value.TryGetValue<string>(out var expected))
            return AreAlike(expected, answered);
        if (at.EndsWith("lease_duration", StringComparison.Ordinal) && recorded?.GetValueKind() == JsonValueKind.Number && answered?.GetValueKind() == JsonValueKind.Number)
            return recorded.GetValue<decimal>() - answered.GetValue<decimal>() is >= 0 and <= ToleratedSeconds;
        return JsonNode.DeepEquals(recorded, answered);
    }

    private bool AreAlike(string expected, JsonNode? answered)
    {
        if (AnswerPattern.MatchesNonText(expected, answered) || (!isOpenBao && expected == "permission denied" && answered?.ToString() == VaultsInvalidToken))
            return true;
        return answered is JsonValue value && value.TryGetValue<string>(out var actual) && AnswerPattern.Matches(expected, Rounded(expected, actual), captured);
    }

    /// <summary>With the durations that are as good as those of the recording replaced by them.</summary>
    private static string Rounded(string expected, string actual)
    {
        var (recorded, answered) = (GoDurations().Matches(expected), GoDurations().Matches(actual));
        if (recorded.Count != answered.Count)
            return actual;
        var next = 0;
        return GoDurations().Replace(actual, match =>
        {
            var wanted = recorded[next++].Value;
            return Seconds(wanted) - Seconds(match.Value) is >= 0 and <= ToleratedSeconds ? wanted : match.Value;
        });
    }

    private static double Seconds(string quoted) => GoDuration.TryParse(quoted.Trim('"'), out var duration) ? duration.TotalSeconds : double.NaN;

    [GeneratedRegex("\"([0-9]+h)?([0-9]+m)?([0-9.]+s)?\"")]
    private static partial Regex GoDurations();

    private static (JsonNode? Node, bool IsJson)? Parse(string text)
    {
        try
        {
            return (JsonNode.Parse(text), true);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Differ(string at, JsonNode? recorded, JsonNode? answered) => _differences.Add(new Difference(at, Text(recorded), Text(answered)));

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
