using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CreditSystem.Testing.Vault;

// Its KV version 2 engine at secret/.
internal sealed partial class MinimalVault
{
    private (int Status, JsonNode? Answer) AnswerSecrets(HttpRequest request, string path, JsonObject body)
    {
        if (path.StartsWith("secret/metadata/", StringComparison.Ordinal))
        {
            path = path["secret/metadata/".Length..].Trim('/');
            return request.Query["list"] == "true" ? List(path) : Metadata(path);
        }

        if (!path.StartsWith("secret/data/", StringComparison.Ordinal))
            return (404, Errors($"no handler for route \"{path}\". route entry not found."));
        path = path["secret/data/".Length..];
        if (request.Method == "GET")
            return Read(path, int.TryParse(request.Query["version"], CultureInfo.InvariantCulture, out var version) ? version : 0);
        if ((int?)body["options"]?["cas"] is { } cas && cas != _secrets.GetValueOrDefault(path)?.Count)
            return (400, Errors("check-and-set parameter did not match the current version"));
        return (200, Data(new JsonObject { ["version"] = Write(path, body["data"]!.DeepClone()), ["created_time"] = Format(_time.GetUtcNow()), ["deletion_time"] = Format(DeletionOf(_time.GetUtcNow())), ["destroyed"] = false }));
    }

    /// <summary>The mount's <c>delete_version_after</c>: each new version has a time to come at which it is deleted.</summary>
    public TimeSpan? DeleteVersionAfter { get; set; }

    private DateTimeOffset? DeletionOf(DateTimeOffset createdAt) => createdAt + DeleteVersionAfter;

    private (int, JsonNode?) List(string folder)
    {
        var keys = _secrets.Keys
            .Where(path => path.StartsWith($"{folder}/", StringComparison.Ordinal))
            .Select(path => path[(folder.Length + 1)..])
            .Select(rest => rest.Contains('/') ? rest[..(rest.IndexOf('/') + 1)] : rest)
            .Distinct()
            .ToArray();
        return keys.Length == 0 ? (404, Errors()) : (200, Data(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]) }));
    }

    private (int, JsonNode?) Metadata(string path)
    {
        if (!_secrets.TryGetValue(path, out var versions))
            return (404, Errors());
        var each = new JsonObject();
        foreach (var (index, version) in versions.Index())
            each[$"{index + 1}"] = new JsonObject { ["created_time"] = Format(version!.CreatedAt), ["deletion_time"] = Format(version.DeletedAt), ["destroyed"] = false };
        return (200, Data(new JsonObject { ["current_version"] = versions.Count, ["oldest_version"] = 0, ["max_versions"] = 0, ["versions"] = each }));
    }

    private (int, JsonNode?) Read(string path, int version)
    {
        if (!_secrets.TryGetValue(path, out var versions) || version > versions.Count)
            return (404, Errors());
        version = version == 0 ? versions.Count : version;
        var found = versions[version - 1]!;
        var metadata = new JsonObject { ["version"] = version, ["created_time"] = Format(found.CreatedAt), ["deletion_time"] = Format(found.DeletedAt), ["destroyed"] = false };
        var isDeleted = found.DeletedAt <= _time.GetUtcNow();
        return (isDeleted ? 404 : 200, Data(new JsonObject { ["data"] = isDeleted ? null : found.Data.DeepClone(), ["metadata"] = metadata }));
    }
}
