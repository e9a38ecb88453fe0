using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A recorded sequence of requests and what a real server answered (Recorded/README.md has the format).</summary>
internal sealed record VectorFile(string Name, bool StartsUninitialized, bool AllowsAuditByApi, IReadOnlyList<VectorStep> Steps)
{
    /// <summary>Areas that the development Vault does not have: left out as a whole, and said so.</summary>
    public static readonly IReadOnlyDictionary<string, string> LeftOut = new Dictionary<string, string>
    {
        ["identity"] = "the development Vault has no entities and groups",
        ["quotas"] = "the development Vault has no quotas",
    };

    private static string Folder => Path.Combine(Repository.Root, "CreditSystem.Tests", "DevServers", "Vectors", "Recorded");

    public static IReadOnlyList<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static VectorFile Load(string name)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")), documentOptions: new() { MaxDepth = 2000 })!.AsObject();
        return new VectorFile(
            name,
            (string?)root["server"] == "raft",
            ((string?)root["server_configuration"])?.Contains("unsafe_allow_api_audit_creation = true", StringComparison.Ordinal) == true,
            [.. root["steps"]!.AsArray().Select(node => VectorStep.From(node!.AsObject()))]);
    }
}

/// <summary>One request with its answer, or a wait.</summary>
internal sealed record VectorStep(string Name, JsonObject? Request, JsonObject? Answer, JsonObject? Capture, TimeSpan Wait, bool IsOpenBaoOnly)
{
    public static VectorStep From(JsonObject node) => new(
        (string)node["name"]!,
        node["request"]?.AsObject(),
        node["answer"]?.AsObject(),
        node["capture"]?.AsObject(),
        TimeSpan.FromMilliseconds((int?)node["wait_ms"] ?? 0),
        (string?)node["tag"] == "openbao");
}
