using System.Buffers;
using System.Text.Json;

namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>One line as the JSON console of the framework writes it, without scopes: an access line names its trace itself.</summary>
internal readonly record struct AccessLine(DateTime At, int EventId, LogLevel Level, JsonEncodedText Category, string Message)
{
    private const string Template = "{OriginalFormat}";

    private static readonly JsonEncodedText[] Levels = [.. Enum.GetNames<LogLevel>().Select(name => JsonEncodedText.Encode(name))];

    public void Write(Utf8JsonWriter json, ArrayBufferWriter<byte> output, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString("Timestamp"u8, At);
        json.WriteNumber("EventId"u8, EventId);
        json.WriteString("LogLevel"u8, Levels[(int)Level]);
        json.WriteString("Category"u8, Category);
        json.WriteString("Message"u8, Message);
        json.WriteStartObject("State"u8);
        // The generated state has its members from the last to the first.
        for (var i = state.Count - 1; i >= 0; i--)
            Write(json, state[i]);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter json, KeyValuePair<string, object?> member)
    {
        switch (member.Value)
        {
            case null:
                json.WriteNull(member.Key);
                break;
            case int number:
                json.WriteNumber(member.Key, number);
                break;
            case double number:
                json.WriteNumber(member.Key, number);
                break;
            case var text when member.Key != Template:
                json.WriteString(member.Key, text.ToString());
                break;
        }
    }
}
