using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Api.Binding;

/// <summary>The Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header-08) and what it stands for.</summary>
/// <param name="Id">The id of the command: always the same for the same tenant, principal and key.</param>
/// <param name="Fingerprint">SHA-256 of method, route and body in canonical form.</param>
internal readonly record struct IdempotencyKey(Guid Id, byte[] Fingerprint)
{
    public const string HeaderName = "Idempotency-Key";
    public const string ReplayedHeaderName = "Idempotency-Replayed";
    public const int MaxLength = 255;

    // As large as the largest body that the thread has seen.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    public static Validated<IdempotencyKey> Create<T>(HttpContext context, Caller caller, T body)
    {
        var (values, metadata) = (
            context.Request.Headers[HeaderName], context.GetEndpoint()!.Metadata.GetRequiredMetadata<IdempotencyKeyMetadata>());
        var id = Guid.Empty;
        if (values.Count == 0 && !metadata.IsRequired)
            id = Guid.NewGuid();
        else if (values.Count == 0)
            return ApiProblems.BadRequest(
                "idempotency_key_required", $"Send an {HeaderName} header: what moves credits must be safe to retry.");
        else if (values is [{ } value] && Parse(value) is { } key)
            id = LedgerId.ForKey(caller.Tenant, caller.Principal, key);
        else
            return ApiProblems.BadRequest(
                "invalid_idempotency_key",
                $"{HeaderName} is one value of 1 to {MaxLength} printable ASCII characters, as they are or as a quoted string (RFC 9651).");
        return new IdempotencyKey(id, FingerprintOf(context.Request.Method, RouteOf(context.Request, metadata.Route), body));
    }

    /// <summary>
    /// The key, null where the value has none. The draft's form is a quoted string, which must then be well-formed; what a key
    /// stands for has always followed from the value as it came, so the quotes belong to it.
    /// </summary>
    internal static string? Parse(string value)
    {
        if (value.Length is 0 or > MaxLength || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return null;
        if (value[0] != '"')
            return value;
        var end = 1;
        while (end < value.Length && value[end] != '"')
            // What a backslash may stand before is a quote or a backslash (RFC 9651, section 4.2.5).
            end += value[end] != '\\' ? 1 : end + 1 < value.Length && value[end + 1] is '"' or '\\' ? 2 : value.Length;
        // Nothing is known of parameters, and an unknown one changes nothing.
        return end < value.Length && end > 1 && value.AsSpan(end + 1).TrimStart(' ') is [] or [';', ..] ? value[..(end + 1)] : null;
    }

    /// <summary>The body in canonical form is what the parsed request serializes to: white space and order do not count.</summary>
    public static byte[] FingerprintOf<T>(string method, string route, T body)
    {
        var canonical = buffer ??= new ArrayBufferWriter<byte>();
        canonical.ResetWrittenCount();
        Encoding.UTF8.GetBytes($"{method} {route}\n", canonical);
        var type = ApiJson.TypeOf<T>();
        using (var writer = new Utf8JsonWriter(canonical, new JsonWriterOptions { Encoder = type.Options.Encoder }))
            JsonSerializer.Serialize(writer, body, type);
        return SHA256.HashData(canonical.WrittenSpan);
    }

    /// <summary>The route with the id that it names, in the one spelling that an id has.</summary>
    private static string RouteOf(HttpRequest request, string template) =>
        request.RouteValues["id"] is string id
            ? template.Replace("{id}", RequestValidation.TryParseId(id, out var named) ? named.ToString("D") : id, StringComparison.Ordinal)
            : template;
}
