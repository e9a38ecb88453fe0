using System.Text.Json;

namespace CreditSystem.Api.Json;

/// <summary>Times in bodies: RFC 3339 with an offset. Without one a time would be the server's, which nobody means.</summary>
internal sealed class Rfc3339Converter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Timestamp.TryParseExact(reader.GetString()!, out var time)
            ? time
            : throw new JsonException(null, new FormatException("a time is RFC 3339 with an offset, such as 2026-01-31T12:00:00Z"));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
