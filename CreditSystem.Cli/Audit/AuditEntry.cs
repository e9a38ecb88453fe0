using System.Globalization;
using System.Text.Json;

namespace CreditSystem.Cli.Audit;

/// <summary>One answer out of Vault's audit log: who asked for what, from where, and what came of it.</summary>
/// <param name="Time">When it was answered.</param>
/// <param name="Who">The AppRole, else the token's display name, else a dash.</param>
/// <param name="Operation">As Vault names it.</param>
/// <param name="Path">Without a slash at the end.</param>
/// <param name="Address">Whence, as Vault saw it.</param>
/// <param name="Error">Vault's reason in one line; null where it did what was asked.</param>
/// <param name="Line">All of it.</param>
internal sealed record AuditEntry(
    DateTimeOffset Time, string Who, string Operation, string Path, string Address, string? Error, JsonObject Line)
{
    /// <summary>Null for what is no answer: a request, whose answer follows, or another JSON document.</summary>
    /// <exception cref="JsonException">It is no line of an audit log.</exception>
    public static AuditEntry? Parse(string text)
    {
        // A stream may have put its own words before it, as syslog does.
        var start = text.IndexOf('{');
        if (start < 0 || JsonNode.Parse(text[start..]) is not JsonObject line)
            throw new JsonException("It is no JSON object.");
        if (line["request"] is not JsonObject request || line["type"] is null)
            throw new JsonException("It has no request.");
        if ((string?)line["type"] != "response")
            return null;
        var auth = line["auth"];
        var role = (string?)auth?["metadata"]?["role_name"] ?? (string?)line["response"]?["auth"]?["metadata"]?["role_name"];
        return new AuditEntry(
            DateTimeOffset.Parse((string)line["time"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            role ?? (string?)auth?["display_name"] ?? "-",
            $"{request["operation"]}",
            $"{request["path"]}".TrimEnd('/'),
            (string?)request["remote_address"] ?? "-",
            (string?)line["error"] is { } error
                ? string.Join(' ', error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                : null,
            line);
    }

    /// <summary>The hash that the log has in place of a field of the request.</summary>
    public string? Sent(string field) => Hash(Line["request"]?["data"]?[field]);

    /// <summary>The hash that the log has in place of a field of the answer.</summary>
    public string? Received(string field) => Hash(Line["response"]?["data"]?[field]);

    /// <summary>The accessor of what the answer wraps.</summary>
    public string? WrappedAccessor => Hash(Line["response"]?["wrap_info"]?["wrapped_accessor"]);

    public bool IsLogin => Path.StartsWith("auth/", StringComparison.Ordinal) && Path.EndsWith("/login", StringComparison.Ordinal);

    /// <summary>A secret that was given out: of KV version 2, or credentials and certificates that were issued.</summary>
    public bool IsSecretRead => Error is null && !IsOfServer && Operation is not "list" && (
        (Operation == "read" && (Path.Contains("/data/", StringComparison.Ordinal) || Path.Contains("/creds/", StringComparison.Ordinal)
            || Path.Contains("/static-creds/", StringComparison.Ordinal)))
        || Path.Contains("/issue/", StringComparison.Ordinal) || Path.Contains("/decrypt/", StringComparison.Ordinal));

    private bool IsOfServer => Path.StartsWith("sys/", StringComparison.Ordinal) || Path.StartsWith("auth/", StringComparison.Ordinal);

    private static string? Hash(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
