using CreditSystem.AppHost.Kubernetes;
using YamlDotNet.Serialization;

namespace CreditSystem.Tests.Deploy.Generator;

/// <summary>What the generator makes of a manifest.</summary>
internal sealed class GeneratedBase
{
    private readonly SortedDictionary<string, string> files;

    internal GeneratedBase(string manifest) => files = KustomizeBase.Render(AspireManifest.Parse(manifest), "credit-system");

    internal IReadOnlyCollection<string> Names => files.Keys;

    internal string All => string.Join('\n', files.Values);

    /// <summary>A manifest with the given members of <c>resources</c>.</summary>
    internal static GeneratedBase Of(string resources) => new("{\"resources\":{" + resources + "}}");

    /// <summary>The value at a path of keys and indexes, as text.</summary>
    internal string? Value(string file, params object[] path)
    {
        object? node = new DeserializerBuilder().Build().Deserialize<object>(files[file]);
        foreach (var step in path)
        {
            node = step is int index ? ((List<object>)node!)[index] : ((Dictionary<object, object>)node!).GetValueOrDefault(step);
        }

        return node as string;
    }

    /// <summary>The literals of a workload's ConfigMap.</summary>
    internal IReadOnlyList<string> Literals(string workload)
    {
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(files[$"{workload}/kustomization.yaml"]);
        var generator = (Dictionary<object, object>)((List<object>)root["configMapGenerator"])[0];
        return ((List<object>)generator["literals"]).Cast<string>().ToList();
    }
}
