using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CreditSystem.Api.Binding;

/// <summary>
/// Says what is wrong with JSON that cannot be read as a type, in the words of the API: the serializer's own message names types of
/// .NET, and not what is known or expected.
/// </summary>
internal static class JsonMismatch
{
    private const int MostKnown = 20;
    private const int MostShown = 64;

    /// <summary>The first thing that does not fit; null where nothing is found.</summary>
    public static string? Find(JsonElement element, JsonTypeInfo type) => Find(element, type, "");

    private static string? Find(JsonElement element, JsonTypeInfo type, string path) => type.Kind switch
    {
        JsonTypeInfoKind.Object => element.ValueKind == JsonValueKind.Object
            ? InObject(element, type, path)
            : Expected(path, "an object", element),
        JsonTypeInfoKind.Enumerable => element.ValueKind == JsonValueKind.Array
            ? InArray(element, type.Options.GetTypeInfo(type.ElementType!), path)
            : Expected(path, "an array", element),
        JsonTypeInfoKind.Dictionary => element.ValueKind == JsonValueKind.Object
            ? InDictionary(element, type.Options.GetTypeInfo(type.ElementType!), path)
            : Expected(path, "an object", element),
        _ => null,
    };

    private static string? InObject(JsonElement element, JsonTypeInfo type, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var own = path.Length == 0 ? Shown(member.Name) : $"{path}.{Shown(member.Name)}";
            if (!seen.Add(member.Name))
                return $"member `{own}` is given twice.";
            if (type.Properties.FirstOrDefault(property => property.Name == member.Name) is not { } property)
                return $"unknown member `{own}`; known: "
                    + $"{string.Join(", ", type.Properties.Take(MostKnown).Select(known => known.Name))}.";
            if (InMember(member.Value, property, own) is { } wrong)
                return wrong;
        }
        return type.Properties.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name)) is { } missing
            ? $"member `{(path.Length == 0 ? "" : path + ".")}{missing.Name}` is required."
            : null;
    }

    private static string? InMember(JsonElement value, JsonPropertyInfo property, string path)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return property.IsSetNullable ? null : $"{path}: {WordsFor(property, property.PropertyType)}, not null.";
        // A converter of its own reads it, and says what it expects.
        if (property.CustomConverter is not null)
            return Reads(value, property) ? null : Expected(path, WordsFor(property, property.PropertyType), value);
        var type = property.Options.GetTypeInfo(property.PropertyType);
        return type.Kind == JsonTypeInfoKind.None
            ? Reads(value, property) ? null : Expected(path, WordsFor(property, property.PropertyType), value)
            : Find(value, type, path);
    }

    private static string? InArray(JsonElement array, JsonTypeInfo element, string path)
    {
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (InElement(item, element, $"{path}[{index++}]") is { } wrong)
                return wrong;
        }
        return null;
    }

    private static string? InDictionary(JsonElement dictionary, JsonTypeInfo element, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in dictionary.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                return $"member `{path}.{Shown(member.Name)}` is given twice.";
            if (InElement(member.Value, element, $"{path}.{Shown(member.Name)}") is { } wrong)
                return wrong;
        }
        return null;
    }

    private static string? InElement(JsonElement value, JsonTypeInfo type, string path) =>
        type.Kind != JsonTypeInfoKind.None ? Find(value, type, path)
        : Reads(value, type) ? null : Expected(path, WordsFor(null, type.Type), value);

    private static bool Reads(JsonElement value, JsonPropertyInfo property)
    {
        if (property.CustomConverter is null)
            return Reads(value, property.Options.GetTypeInfo(property.PropertyType));
        try
        {
            // The converter is the property's own, so the value is read as it would be in its place.
            var options = new JsonSerializerOptions(property.Options) { Converters = { property.CustomConverter } };
            JsonSerializer.Deserialize(value, options.GetTypeInfo(property.PropertyType));
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }

    private static bool Reads(JsonElement value, JsonTypeInfo type)
    {
        try
        {
            return JsonSerializer.Deserialize(value, type) is not null || value.ValueKind == JsonValueKind.Null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string WordsFor(JsonPropertyInfo? property, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // What may be absent has its converter inside of another one.
        var isOwn = property?.CustomConverter is not null;
        return type switch
        {
            _ when isOwn && type == typeof(long) => "an integer number of minor units, or a string of its digits",
            _ when type == typeof(DateTimeOffset) => "a time of RFC 3339 with an offset, such as 2026-01-31T12:00:00Z",
            _ when type == typeof(string) => "a string",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(Guid) => "an id",
            _ when type == typeof(int) || type == typeof(long) => "an integer",
            _ when type.IsArray || type != typeof(string) && type.IsAssignableTo(typeof(System.Collections.IEnumerable)) => "an array",
            _ => "an object",
        };
    }

    private static string Expected(string path, string words, JsonElement actual) =>
        $"{(path.Length == 0 ? "The body" : path)}: {words}, not {Kind(actual)}.";

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "this string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    // Of the caller's own text as much as helps it.
    private static string Shown(string name) => name.Length <= MostShown ? name : name[..MostShown] + "…";
}
