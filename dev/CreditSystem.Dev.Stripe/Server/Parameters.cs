using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>What a form or a query says: <c>a[b]</c> is member b of a, and <c>a[0]</c> or <c>a[]</c> an item of it.</summary>
internal sealed class Parameters
{
    private const int MaxDepth = 8;

    private readonly JsonObject values = [];

    public Parameters(IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        foreach (var (name, texts) in fields)
        {
            foreach (var text in texts)
                Put(Path(name), text ?? "");
        }
    }

    public IEnumerable<string> Names => values.Select(pair => pair.Key);

    /// <summary>The same text for the same parameters, in whatever order they came.</summary>
    public string Canonical => Sorted(values)?.ToJsonString() ?? "";

    public bool Has(string name) => values.ContainsKey(name);

    public string? Text(string name) => values[name] is JsonValue value && (string?)value is { Length: > 0 } text ? text : null;

    public string RequireText(string name) => Text(name) ?? throw Required(name);

    public long? Number(string name)
    {
        if (Text(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw StripeFailure.Invalid($"Invalid integer: {text}", "parameter_invalid_integer", name);
    }

    public long RequireNumber(string name) => Number(name) ?? throw Required(name);

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw StripeFailure.Invalid($"Invalid boolean: {other}", param: name),
    };

    /// <summary>A text that must be one of a few.</summary>
    public string? OneOf(string name, params string[] allowed) => Text(name) is not { } text || allowed.Contains(text)
        ? Text(name)
        : throw StripeFailure.Invalid($"Invalid {name}: must be one of {string.Join(", ", allowed)}", param: name);

    public JsonObject? Map(string name) => values[name] as JsonObject;

    /// <summary>The items of a list, however its indexes were written.</summary>
    public IReadOnlyList<string> Items(string name) => values[name] switch
    {
        JsonObject map => [.. map.Select(pair => (string?)pair.Value ?? "")],
        JsonValue value => [(string?)value ?? ""],
        _ => [],
    };

    public static StripeFailure Required(string name) =>
        StripeFailure.Invalid($"Missing required param: {name}.", "parameter_missing", name);

    private void Put(List<string> path, string text)
    {
        var at = values;
        foreach (var part in path.Take(path.Count - 1))
        {
            if (at[part] is not JsonObject next)
                at[part] = next = [];
            at = next;
        }

        var name = path[^1].Length > 0 ? path[^1] : at.Count.ToString(CultureInfo.InvariantCulture);
        at[name] = text;
    }

    private static List<string> Path(string name)
    {
        var parts = name.Split('[').Select((part, index) => index == 0 ? part : part.TrimEnd(']')).ToList();
        return parts.Count <= MaxDepth ? parts : throw StripeFailure.Invalid($"Invalid parameter: {name}");
    }

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value))))
        : node?.DeepClone();
}

/// <param name="Id">The id in the path, or nothing.</param>
internal sealed record StripeRequest(string Id, Parameters Parameters, string RequestId, string? IdempotencyKey);
