using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Api.Payments.Notices;

/// <summary>What can be said of a signed notice that is not what the client library expects, whatever it looks like.</summary>
/// <param name="Id">Its id as it was written; of a text that names none, a hash of the text.</param>
/// <param name="Payment">The payment that it seems to be about.</param>
internal sealed record RawNotice(string Id, string? Type, string? Payment)
{
    private const int MaxLength = 120;
    private const string PaymentPrefix = "pi_";

    public static RawNotice Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            return new RawNotice(
                Text(Member(root, "id")) ?? HashOf(body), Text(Member(root, "type")), PaymentOf(Member(Member(root, "data"), "object")));
        }
        catch (JsonException)
        {
            return new RawNotice(HashOf(body), null, null);
        }
    }

    private static string? PaymentOf(JsonElement? about)
    {
        var named = Member(about, "payment_intent");
        return ((string?[])[Text(named), Text(Member(named, "id")), Text(Member(about, "id"))])
            .FirstOrDefault(text => text?.StartsWith(PaymentPrefix, StringComparison.Ordinal) == true);
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? value)
    {
        var text = value?.ValueKind switch
        {
            JsonValueKind.String => value.Value.GetString(),
            JsonValueKind.Number => value.Value.GetRawText(),
            _ => null,
        };
        return text is { Length: > MaxLength } ? text[..MaxLength] : text;
    }

    private static string HashOf(string body) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
}

/// <summary>A notice is signed, and is not what a notice looks like.</summary>
internal sealed class MalformedNoticeException(RawNotice notice, Exception inner)
    : Exception($"Notice {notice.Id} is not of the expected shape.", inner)
{
    public RawNotice Notice { get; } = notice;
}
