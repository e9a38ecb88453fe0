using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CreditSystem.Identity;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Api.Http;

/// <summary>The Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header) and what it stands for.</summary>
/// <param name="Id">The id of the command: the same for the same tenant, principal and key, for ever.</param>
/// <param name="Fingerprint">SHA-256 of method, route and body in canonical form.</param>
internal readonly record struct IdempotencyKey(Guid Id, byte[] Fingerprint)
{
    public const string HeaderName = "Idempotency-Key";
    public const string ReplayedHeaderName = "Idempotency-Replayed";
    public const int MaxLength = 255;

    public static Checked<IdempotencyKey> Of<T>(HttpContext context, Caller caller, string route, T body, JsonTypeInfo<T> type, bool required = true)
    {
        var values = context.Request.Headers[HeaderName];
        if (values.Count == 0 && !required)
            return new IdempotencyKey(Guid.NewGuid(), FingerprintOf(context.Request.Method, route, body, type));
        if (values.Count == 0)
            return Refusal.BadRequest("idempotency_key_required", $"Send an {HeaderName} header: what moves credits must be safe to retry.");
        if (values is not [{ Length: >= 1 and <= MaxLength } key] || !IsPrintable(key))
            return Refusal.BadRequest("invalid_idempotency_key", $"{HeaderName} is one value of 1 to {MaxLength} printable ASCII characters.");
        return new IdempotencyKey(LedgerId.ForKey(caller.Tenant, caller.Principal, key), FingerprintOf(context.Request.Method, route, body, type));
    }

    /// <summary>The body in canonical form is what the parsed request serializes to: white space and order do not count.</summary>
    public static byte[] FingerprintOf<T>(string method, string route, T body, JsonTypeInfo<T> type)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{method} {route}\n"));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(body, type));
        return hash.GetHashAndReset();
    }

    private static bool IsPrintable(string key)
    {
        foreach (var character in key)
            if (character is < ' ' or > '~')
                return false;
        return true;
    }
}
