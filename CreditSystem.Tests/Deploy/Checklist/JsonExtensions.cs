using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Short ways through a tree of YAML, which is handled as JSON since that can be copied and changed in place.</summary>
internal static class JsonExtensions
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    internal static JsonNode? ParseYaml(string text) => ToJson(Yaml.Deserialize<object?>(text));

    /// <summary>The node at a path such as <c>spec.template.spec</c>, or null.</summary>
    internal static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var step in path.Split('.'))
            node = node is JsonObject json && json.TryGetPropertyValue(step, out var next) ? next : null;
        return node;
    }

    /// <summary>The scalar at a path as text, or null.</summary>
    internal static string? Text(this JsonNode? node, string path) => node.At(path) is JsonValue value ? value.ToString() : null;

    internal static bool IsTrue(this JsonNode? node, string path) => node.Text(path) == "true";

    internal static bool IsFalse(this JsonNode? node, string path) => node.Text(path) == "false";

    internal static int? Number(this JsonNode? node, string path) => int.TryParse(node.Text(path), out var number) ? number : null;

    /// <summary>The objects of the list at a path; empty when there is none.</summary>
    internal static IEnumerable<JsonObject> List(this JsonNode? node, string path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonObject>() : [];

    /// <summary>The scalars of the list at a path, as text.</summary>
    internal static IReadOnlyList<string> Texts(this JsonNode? node, string path) =>
        node.At(path) is JsonArray array ? [.. array.Select(item => item!.ToString())] : [];

    /// <summary>Sets the member at a path whose parent exists.</summary>
    internal static void Set(this JsonNode? node, string path, JsonNode? value)
    {
        var dot = path.LastIndexOf('.');
        var parent = dot < 0 ? node : node.At(path[..dot]);
        ((JsonObject)parent!)[path[(dot + 1)..]] = value;
    }

    /// <summary>Removes the member at a path; it must be there, or a mutation would change nothing.</summary>
    internal static void Drop(this JsonNode? node, string path)
    {
        var dot = path.LastIndexOf('.');
        var parent = (JsonObject)(dot < 0 ? node : node.At(path[..dot]))!;
        if (!parent.Remove(path[(dot + 1)..]))
            throw new InvalidOperationException($"There is no {path} to remove.");
    }

    /// <summary>All scalars below a node with their paths.</summary>
    internal static IEnumerable<(string Path, string Value)> Scalars(this JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => member.Value.Scalars().Select(inner => ($"{member.Key}.{inner.Path}", inner.Value))),
        JsonArray array => array.SelectMany((item, index) => item.Scalars().Select(inner => ($"{index}.{inner.Path}", inner.Value))),
        JsonValue value => [("", value.ToString())],
        _ => [],
    };

    private static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        Dictionary<object, object> map => new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key.ToString()!, ToJson(entry.Value)))),
        List<object> list => new JsonArray([.. list.Select(ToJson)]),
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        double or float => JsonValue.Create(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };
}
