using System.Text.Json.Nodes;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

internal static class RenderingItems
{
    private static readonly string[] ClusterKinds = ["Namespace"];

    private static readonly string[] RecommendedLabels = ["name", "instance", "component", "part-of", "managed-by"];

    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(1, "It renders, without empty documents", Renders)
        {
            Mutations = [BrokenSources, overlay => EmptyDocument(overlay)],
        },
        new(2, "Kind, namespace and name are unique", overlay => overlay.Objects
            .GroupBy(item => (item.Kind, item.Namespace, item.Name)).Where(group => group.Count() > 1).Select(group => $"{group.Key} twice"))
        {
            Mutations = [Change(overlay => overlay.Objects.Add(overlay.The("Service", "api").Copy()))],
        },
        new(3, "Every namespaced object is in our namespace", overlay => overlay.Objects
            .Where(item => !ClusterKinds.Contains(item.Kind) && item.Namespace != Overlay.Namespace).Select(item => $"{item} is in '{item.Namespace}'"))
        {
            Mutations =
            [
                Change(overlay => overlay.The("Deployment", "api").Json.Set("metadata.namespace", "default")),
                Change(overlay => overlay.The("Role", "vault-approle-refresh").Json.Drop("metadata.namespace")),
            ],
        },
        new(4, "The namespace enforces the restricted Pod Security Standard of a pinned version", PodSecurityLabels)
        {
            Mutations =
            [
                Change(overlay => Labels(overlay.The("Namespace", Overlay.Namespace))["pod-security.kubernetes.io/enforce"] = "baseline"),
                Change(overlay => Labels(overlay.The("Namespace", Overlay.Namespace))["pod-security.kubernetes.io/warn-version"] = "latest"),
            ],
        },
        new(5, "Every object carries the recommended labels", MissingLabels)
        {
            Mutations =
            [
                Change(overlay => Labels(overlay.The("Service", "redis")).Remove("app.kubernetes.io/component")),
                Change(overlay => ((JsonObject)overlay.The("Deployment", "api").PodTemplate.At("metadata.labels")!).Remove("app.kubernetes.io/name")),
            ],
        },
    ];

    private static IEnumerable<string> Renders(Overlay overlay)
    {
        if (overlay.ExitCode != 0)
            yield return overlay.Text;
        if (Overlay.Documents(overlay.Text).Any(document => JsonExtensions.ParseYaml(document) is not JsonObject { Count: > 0 }))
            yield return "an empty document";
    }

    private static Overlay BrokenSources(Overlay overlay)
    {
        using var copy = new SourceCopy();
        File.Delete(copy.PathOf("components", "probes", "api.yaml"));
        return Overlay.Render(overlay.Name, copy.Folder);
    }

    private static Overlay EmptyDocument(Overlay overlay)
    {
        using var copy = new SourceCopy();
        var rendered = Overlay.Render(overlay.Name, copy.Folder);
        return rendered.WithText(rendered.Text + "\n---\n");
    }

    private static IEnumerable<string> PodSecurityLabels(Overlay overlay)
    {
        var labels = Labels(overlay.The("Namespace", Overlay.Namespace));
        foreach (var mode in (string[])["enforce", "audit", "warn"])
        {
            if (labels[$"pod-security.kubernetes.io/{mode}"]?.ToString() != "restricted")
                yield return $"{mode} is not restricted";
            if (labels[$"pod-security.kubernetes.io/{mode}-version"]?.ToString() is not { } version || !version.StartsWith("v1.", StringComparison.Ordinal))
                yield return $"the version of {mode} is not pinned";
        }
    }

    private static IEnumerable<string> MissingLabels(Overlay overlay) =>
        from item in overlay.Objects
        from labels in (JsonNode?[])[item.Json.At("metadata.labels"), .. item.IsWorkload ? [item.PodTemplate.At("metadata.labels")] : Array.Empty<JsonNode?>()]
        from label in RecommendedLabels
        where string.IsNullOrEmpty(KubeObject.LabelOf(labels, $"app.kubernetes.io/{label}"))
        select $"{item} lacks app.kubernetes.io/{label}";

    private static JsonObject Labels(KubeObject item) => (JsonObject)item.Json.At("metadata.labels")!;
}
