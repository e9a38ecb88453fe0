using System.Text.Json;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>Whether a response is what the cache is for: a KV secret, not a lease, not a wrapping token, no login.</summary>
internal static class CacheableBody
{
    internal static bool Check(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return CheckEnvelope(ref reader);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool CheckEnvelope(ref Utf8JsonReader reader)
    {
        var hasData = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isLease = reader.ValueTextEquals("lease_id"u8);
            var mustBeNull = reader.ValueTextEquals("wrap_info"u8) || reader.ValueTextEquals("auth"u8);
            var isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if ((isLease && !(reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty))
                || (mustBeNull && reader.TokenType != JsonTokenType.Null))
                return false;
            hasData |= isData && reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }

        return hasData && reader.TokenType == JsonTokenType.EndObject;
    }
}
