using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Bench.Processes;

/// <summary>An access token as the API signs them (RFC 7519, HS256).</summary>
internal static class AccessToken
{
    private const string Scopes = "accounts:read accounts:write transfers:write grants:write holds:write audit:read ops:read";

    public static string Sign(string key, string tenant)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(new { alg = "HS256", typ = "JWT" });
        var payload = Encode(new
        {
            iss = "credit-system",
            aud = "credit-system",
            sub = "bench",
            jti = Guid.NewGuid().ToString("N"),
            tenant,
            role = "service",
            scope = Scopes,
            iat = now,
            nbf = now,
            exp = now + 86_400,
        });
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes($"{header}.{payload}"));
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
