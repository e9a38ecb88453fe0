using System.Text;

namespace CreditSystem.Testing.Vault;

/// <summary>A request as it came off the wire.</summary>
/// <param name="Line">The first line, untouched.</param>
internal sealed record RecordedRequest(string Line, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Method => Line.Split(' ')[0];

    public string Target => Line.Split(' ')[1];

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The prober has no client to name.</summary>
    public bool IsProbe => Target == "/v1/sys/health" && Header("X-Forwarded-For") is null;

    public string? Header(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}

/// <summary>What the upstream says to it.</summary>
internal sealed record Reply(int Status, string Body = "", params (string Name, string Value)[] Headers)
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>Without a length.</summary>
    public bool IsChunked { get; init; }

    public static Reply Secret(string value = "secret-canary-value") =>
        new(200, """{"request_id":"r","lease_id":"","data":{"data":{"password":"@"},"metadata":{"version":1}}}""".Replace("@", value, StringComparison.Ordinal));

    public static Reply Errors(int status, params string[] errors) => new(status, System.Text.Json.JsonSerializer.Serialize(new { errors }));

    /// <summary>The connection is closed without an answer.</summary>
    public static Reply None { get; } = new(0);

    /// <summary>A standby that does not forward, and names the node that it takes for the active one.</summary>
    public static Reply RedirectTo(string address, RecordedRequest request) => new(307, "", ("Location", address + request.Target)) { ContentType = "text/html; charset=utf-8" };

    public static Reply Sealed { get; } = Errors(503, "Vault is sealed");

    public static Reply Forbidden { get; } = Errors(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
}
