using System.Text.Json;
using System.Text.RegularExpressions;

namespace CreditSystem.AppHost.Kubernetes;

/// <summary>Reads one resource of the manifest, and refuses what aspirate drops in silence.</summary>
internal static partial class ManifestResourceReader
{
    private const int DefaultHttpPort = 8080;

    internal static ManifestResource Read(string name, JsonElement json)
    {
        var type = Text(json, "type") ?? throw new ManifestException($"Resource '{name}' has no type.");
        if (!ManifestTypes.Known.Contains(type))
            throw new ManifestException($"Resource '{name}' is of type '{type}', which has no Kubernetes form here; known are "
                + $"{string.Join(", ", ManifestTypes.Known)}.");

        var resource = new ManifestResource(name, type)
        {
            ConnectionString = Text(json, "connectionString"),
            Value = Text(json, "value"),
            Filter = Text(json, "filter"),
        };
        if (resource.IsWorkload)
            return ReadWorkload(resource, json);

        return type == ManifestTypes.Parameter ? ReadParameter(resource, json) : resource;
    }

    private static ManifestResource ReadWorkload(ManifestResource resource, JsonElement json)
    {
        if (!DnsLabel().IsMatch(resource.Name))
            throw new ManifestException(
                $"Resource '{resource.Name}' cannot name a Service: at most 63 of a-z, 0-9 and '-', beginning with a letter.");
        if (json.TryGetProperty("bindMounts", out var mounts) && mounts.GetArrayLength() > 0)
            throw new ManifestException($"Resource '{resource.Name}' has bind mounts, which would not exist on a node; use a volume.");
        if (!resource.IsProject && Text(json, "image") is null)
            throw new ManifestException($"Resource '{resource.Name}' has no image; build it first and name it with WithImage.");

        return resource with
        {
            Image = Text(json, "image"),
            Entrypoint = Text(json, "entrypoint"),
            Args = Items(json, "args").Select(item => item.GetString()!).ToList(),
            Env = Members(json, "env").Select(member => KeyValuePair.Create(member.Name, member.Value.GetString() ?? "")).ToList(),
            Bindings = Members(json, "bindings").Where(member => !IsTlsOfProject(resource, member.Name))
                .Select(member => ReadBinding(resource, member)).ToList(),
            Volumes = Items(json, "volumes").Select(item => ReadVolume(resource, item)).ToList(),
        };
    }

    /// <summary>TLS ends at the Ingress: the image carries no certificate, so an https endpoint would keep it from starting.</summary>
    private static bool IsTlsOfProject(ManifestResource resource, string binding) => resource.IsProject && binding == "https";

    private static ManifestBinding ReadBinding(ManifestResource resource, JsonProperty member)
    {
        var targetPort = Number(member.Value, "targetPort")
            ?? (resource.IsProject && member.Name == "http" ? DefaultHttpPort : (int?)null)
            ?? throw new ManifestException($"Binding '{member.Name}' of '{resource.Name}' has no targetPort.");
        return new ManifestBinding(
            member.Name,
            Text(member.Value, "scheme") ?? "tcp",
            targetPort,
            Number(member.Value, "port") ?? targetPort);
    }

    private static ManifestVolume ReadVolume(ManifestResource resource, JsonElement item)
    {
        var target = Text(item, "target") ?? throw new ManifestException($"A volume of '{resource.Name}' has no target.");
        var name = Text(item, "name") ?? $"{resource.Name}-{target}";
        // The same folding of characters as aspirate's, so that a claim keeps its name whichever tool wrote it.
        var folded = name.Replace('/', '-').Replace('.', '-').Replace("--", "-", StringComparison.Ordinal).ToLowerInvariant();
        return new ManifestVolume(folded, target, item.TryGetProperty("readOnly", out var readOnly) && readOnly.GetBoolean());
    }

    private static ManifestResource ReadParameter(ManifestResource resource, JsonElement json)
    {
        if (!json.TryGetProperty("inputs", out var inputs) || !inputs.TryGetProperty("value", out var input))
            return resource;

        return resource with
        {
            IsSecret = input.TryGetProperty("secret", out var secret) && secret.GetBoolean(),
            Default = input.TryGetProperty("default", out var fallback) ? Text(fallback, "value") : null,
        };
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.EnumerateArray() : default;

    private static JsonElement.ObjectEnumerator Members(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.EnumerateObject() : default;

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsLabel();
}
