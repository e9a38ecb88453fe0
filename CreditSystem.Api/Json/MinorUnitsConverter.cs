using System.Globalization;
using System.Text.Json;

namespace CreditSystem.Api.Json;

/// <summary>
/// Amounts are whole minor units: written as a string of digits, because JavaScript's numbers end at 2^53, and read as
/// such a string or an integer. A fraction or an exponent is refused even where its value is whole.
/// </summary>
internal sealed class MinorUnitsConverter : JsonConverter<long>
{
    private const int MaxDigits = 19;

    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var amount) => amount,
        JsonTokenType.String => Parse(reader.GetString()!),
        _ => throw Invalid(),
    };

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        writer.WriteStringValue(digits[..length]);
    }

    // As the document has it. The runtime's parser passes over NULs at the end.
    private static long Parse(string text) =>
        text.AsSpan(text.StartsWith('-') ? 1 : 0) is { Length: > 0 and <= MaxDigits } digits && !digits.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw Invalid();

    private static JsonException Invalid() =>
        new(null, new FormatException("an amount is an integer number of minor units, or a string of its digits"));
}
