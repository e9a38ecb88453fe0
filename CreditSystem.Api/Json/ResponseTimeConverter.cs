using System.Globalization;
using System.Text.Json;

namespace CreditSystem.Api.Json;

/// <summary>
/// Times in answers: RFC 3339 in UTC, to the millisecond, which is as exact as they are stored. So what is answered to a write
/// is what a later read says. A request's times have <see cref="Rfc3339Converter"/>, whose form is part of a fingerprint.
/// </summary>
internal sealed class ResponseTimeConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
