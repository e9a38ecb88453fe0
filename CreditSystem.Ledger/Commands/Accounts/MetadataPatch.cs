using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CreditSystem.Ledger.Commands.Accounts;

/// <summary>
/// Changes of metadata: a JSON object whose members replace those of the same names; an empty one removes it. The result has one form,
/// compact and in the order of the names, because it is sealed in a block.
/// </summary>
public static class MetadataPatch
{
    /// <summary>The most bytes that metadata has as JSON.</summary>
    public const int MaxBytes = 1024;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The metadata after a change; null where nothing is left.</summary>
    public static string? Apply(string? metadata, string patch)
    {
        var members = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Read(metadata))
            members[name] = value!;
        foreach (var (name, value) in Read(patch))
            if (string.IsNullOrEmpty(value))
                members.Remove(name);
            else
                members[name] = value;
        return Write(members);
    }

    /// <summary>The one form of metadata; null where it has no members.</summary>
    public static string? Write(IEnumerable<KeyValuePair<string, string>> members)
    {
        using var stream = new MemoryStream();
        var any = false;
        using (var writer = new Utf8JsonWriter(stream, Compact))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
            {
                writer.WriteString(name, value);
                any = true;
            }
            writer.WriteEndObject();
        }
        return any ? Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) : null;
    }

    /// <summary>The members of metadata; none where it is not an object.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Read(string? metadata)
    {
        if (metadata is null)
            yield break;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(metadata);
        }
        catch (JsonException)
        {
            // What the simulation and old releases kept need not be JSON.
            yield break;
        }
        using (document)
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                foreach (var member in document.RootElement.EnumerateObject())
                    if (member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
                        yield return new(member.Name, member.Value.GetString());
    }
}
