using System.Text.Json.Nodes;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>One rendered object.</summary>
internal sealed class KubeObject(JsonObject json)
{
    private static readonly string[] WorkloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod"];

    internal JsonObject Json { get; } = json;

    internal string Kind => Json.Text("kind") ?? "";

    internal string Name => Json.Text("metadata.name") ?? "";

    internal string? Namespace => Json.Text("metadata.namespace");

    internal bool IsWorkload => WorkloadKinds.Contains(Kind);

    /// <summary>True for what runs all the time behind a Service.</summary>
    internal bool IsService => Kind is "Deployment" or "StatefulSet";

    /// <summary>The pod template with its labels; null for other kinds.</summary>
    internal JsonNode? PodTemplate => Kind switch
    {
        "CronJob" => Json.At("spec.jobTemplate.spec.template"),
        "Pod" => Json,
        _ when IsWorkload => Json.At("spec.template"),
        _ => null,
    };

    internal JsonNode? Pod => PodTemplate.At("spec");

    internal IEnumerable<JsonObject> Containers => Pod.List("initContainers").Concat(Pod.List("containers"));

    internal JsonObject Container => Containers.First();

    public override string ToString() => $"{Kind}/{Name}";

    internal KubeObject Copy() => new((JsonObject)Json.DeepClone());

    /// <summary>True when a label selector of plain equalities, or of one <c>In</c>, picks pods with these labels.</summary>
    internal static bool Selects(JsonNode? selector, JsonNode? labels)
    {
        var equal = selector.At("matchLabels") is not JsonObject pairs || pairs.All(pair => labels.Text(pair.Key) is { } value && value == pair.Value!.ToString());
        var inside = selector.List("matchExpressions").All(expression =>
            expression.Text("operator") == "In" && expression.Texts("values").Contains(LabelOf(labels, expression.Text("key")!)));
        return equal && inside;
    }

    /// <summary>A label's key may hold dots, which <see cref="JsonExtensions.At"/> takes for steps.</summary>
    internal static string? LabelOf(JsonNode? labels, string key) => (labels as JsonObject)?[key]?.ToString();
}
