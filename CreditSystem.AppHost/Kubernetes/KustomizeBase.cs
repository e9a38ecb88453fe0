using YamlDotNet.Serialization;
using Node = System.Collections.Generic.Dictionary<string, object>;

namespace CreditSystem.AppHost.Kubernetes;

/// <summary>The kustomize base of a manifest: relative path of each file, with <c>/</c>, and its content.</summary>
internal static class KustomizeBase
{
    /// <summary>First line of each file, by which a later run knows its own.</summary>
    internal const string Header =
        "# Written from aspire-manifest.json by `dotnet run --project CreditSystem.AppHost -- kubernetes`: do not edit.";

    /// <summary>Renders the base.</summary>
    /// <exception cref="ManifestException">The manifest has no Kubernetes form here.</exception>
    internal static SortedDictionary<string, string> Render(AspireManifest manifest, string namespaceName)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var folders = new List<string>();
        foreach (var resource in manifest.Resources.Where(resource => resource.IsWorkload))
        {
            AddWorkload(files, resource, new WorkloadObjects(resource, new ExpressionResolver(manifest)));
            folders.Add(resource.Name);
        }

        files["namespace.yaml"] = Yaml(new Node
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new Node { ["name"] = namespaceName },
        });
        files["kustomization.yaml"] = Yaml(new Node
        {
            ["namespace"] = namespaceName,
            ["resources"] = folders.Append("namespace.yaml").ToList(),
            ["generatorOptions"] = new Node { ["disableNameSuffixHash"] = true },
        });
        return files;
    }

    private static void AddWorkload(SortedDictionary<string, string> files, ManifestResource resource, WorkloadObjects objects)
    {
        var names = new List<string> { objects.IsStateful ? "statefulset.yaml" : "deployment.yaml" };
        files[$"{resource.Name}/{names[0]}"] = Yaml(objects.Workload());
        if (resource.Bindings.Count > 0)
        {
            names.Add("service.yaml");
            files[$"{resource.Name}/service.yaml"] = Yaml(objects.Service());
        }

        files[$"{resource.Name}/kustomization.yaml"] = Yaml(objects.Kustomization(names));
    }

    private static string Yaml(Node node) => Header + "\n"
        + new SerializerBuilder().DisableAliases().WithQuotingNecessaryStrings().WithNewLine("\n").Build().Serialize(node);
}
