using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>An overlay as rendered: what the checklist is asserted on.</summary>
internal sealed class Overlay
{
    internal const string Namespace = "credit-system";

    /// <summary>Every overlay of the repository.</summary>
    internal static readonly IReadOnlyList<string> Names = ["k3s", "production"];

    private static readonly Dictionary<string, Lazy<Overlay>> Rendered =
        Names.ToDictionary(name => name, name => new Lazy<Overlay>(() => Render(name, Repository.PathOf("deploy"))));

    private Overlay(string name, int exitCode, string text, List<KubeObject> objects, string[] kustomizations) =>
        (Name, ExitCode, Text, Objects, Kustomizations) = (name, exitCode, text, objects, kustomizations);

    internal string Name { get; }

    internal int ExitCode { get; }

    internal string Text { get; }

    internal List<KubeObject> Objects { get; }

    /// <summary>Every <c>kustomization.yaml</c> that it may have been rendered from.</summary>
    internal string[] Kustomizations { get; }

    internal IEnumerable<KubeObject> Workloads => Objects.Where(item => item.IsWorkload);

    internal IEnumerable<KubeObject> Services => Objects.Where(item => item.IsService);

    internal static Overlay Of(string name) => Rendered[name].Value;

    internal static Overlay Render(string name, string sources)
    {
        var (exitCode, text, error) = Kustomize.Build(Path.Combine(sources, "overlays", name));
        return new Overlay(name, exitCode, exitCode == 0 ? text : error, exitCode == 0 ? Parse(text) : [], ReadKustomizations(sources));
    }

    internal Overlay WithText(string text) => new(Name, ExitCode, text, Objects, Kustomizations);

    /// <summary>A copy that a mutation may change.</summary>
    internal Overlay Copy() => new(Name, ExitCode, Text, Objects.ConvertAll(item => item.Copy()), Kustomizations);

    /// <summary>The object of that kind and name.</summary>
    internal KubeObject The(string kind, string name) =>
        Find(kind, name) ?? throw new InvalidOperationException($"{Name} has no {kind}/{name}.");

    internal KubeObject? Find(string kind, string name) => Objects.FirstOrDefault(item => item.Kind == kind && item.Name == name);

    internal IEnumerable<KubeObject> OfKind(string kind) => Objects.Where(item => item.Kind == kind);

    private static string[] ReadKustomizations(string sources) =>
        [.. Directory.EnumerateFiles(sources, "kustomization.yaml", SearchOption.AllDirectories).Select(File.ReadAllText)];

    internal static IReadOnlyList<string> Documents(string text) => text.Split("\n---\n");

    private static List<KubeObject> Parse(string text) =>
        [.. Documents(text).Select(JsonExtensions.ParseYaml).OfType<JsonObject>().Select(json => new KubeObject(json))];
}
