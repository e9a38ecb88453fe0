using System.Text.Json;

namespace CreditSystem.AppHost.Kubernetes;

/// <summary>The resources of an <c>aspire-manifest.json</c>, in its order.</summary>
internal sealed class AspireManifest(IReadOnlyList<ManifestResource> resources)
{
    /// <summary>All resources, in the manifest's order.</summary>
    public IReadOnlyList<ManifestResource> Resources => resources;

    /// <summary>The resource of that name, or null.</summary>
    public ManifestResource? Find(string name) =>
        resources.FirstOrDefault(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="ManifestException">It is no manifest, or holds a resource that has no Kubernetes form here.</exception>
    public static AspireManifest Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("resources", out var resources))
                throw new ManifestException("The manifest has no 'resources': is it an aspire-manifest.json?");

            var list = resources.EnumerateObject().Select(property => ManifestResourceReader.Read(property.Name, property.Value)).ToList();
            var twice = list.GroupBy(resource => resource.Name,
                StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
            return twice is null
                ? new AspireManifest(list)
                : throw new ManifestException($"The manifest names the resource '{twice.Key}' twice.");
        }
        catch (JsonException malformed)
        {
            throw new ManifestException($"The manifest is not JSON: {malformed.Message}", malformed);
        }
    }
}

/// <summary>The manifest asks for something that has no Kubernetes form here; the message says what and where.</summary>
internal sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
