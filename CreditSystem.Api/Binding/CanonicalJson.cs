using System.Text;
using System.Text.Json;

namespace CreditSystem.Api.Binding;

/// <summary>One text for all JSON that says the same, in whatever order and spacing.</summary>
internal static class CanonicalJson
{
    public static string Of(JsonElement element)
    {
        using var text = new MemoryStream();
        try
        {
            using (var writer = new Utf8JsonWriter(text))
                Write(element, writer);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which is no text.
            return element.GetRawText();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void Write(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
