using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Bench.Rotation;

/// <summary>Access tokens as the API signs them (RFC 7519, HS256), by each key that is in use.</summary>
internal static class AccessTokens
{
    public static string Sign(string key, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(new { alg = "HS256", typ = "JWT" });
        var payload = Encode(new
        {
            iss = "credit-system",
            aud = "credit-system",
            sub = "bench",
            jti = Guid.NewGuid().ToString("N"),
            tenant = "bench",
            role = "service",
            scope = "accounts:read accounts:write transfers:write ops:read",
            iat = now,
            nbf = now,
            exp = now + 3_600,
        });
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes($"{header}.{payload}"));
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
