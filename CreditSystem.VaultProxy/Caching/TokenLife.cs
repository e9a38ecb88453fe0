using System.Text.Json;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>What Vault has said of a token, as far as it counts for reading from memory.</summary>
/// <param name="MayBeServed">Not where each use counts, nor where Vault did not say.</param>
/// <param name="Lasts">From the question on; <see cref="TimeSpan.MaxValue"/> for a token without an end.</param>
internal readonly record struct TokenLife(bool MayBeServed, TimeSpan Lasts)
{
    public static readonly TokenLife Unserved;

    /// <summary>Each use counts, so that none may be saved.</summary>
    public bool IsCounted { get; private init; }

    /// <param name="json">The response to <c>GET auth/token/lookup-self</c>.</param>
    internal static TokenLife Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var data = document.RootElement.GetProperty("data");
            if (data.GetProperty("num_uses").GetInt64() != 0)
                return new TokenLife { IsCounted = true };
            var seconds = data.GetProperty("ttl").GetInt64();
            if (seconds > 0)
                return new TokenLife(true, TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)));
            // In its last second a token has a ttl of 0, too, but an end.
            var isEndless = !data.TryGetProperty("expire_time", out var end) || end.ValueKind == JsonValueKind.Null;
            return seconds == 0 && isEndless ? new TokenLife(true, TimeSpan.MaxValue) : Unserved;
        }
        catch (Exception malformed)
            when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Unserved;
        }
    }
}
