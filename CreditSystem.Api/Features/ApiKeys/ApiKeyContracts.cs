using CreditSystem.Identity.ApiKeys;

namespace CreditSystem.Api.Features.ApiKeys;

/// <summary>Creates an API key of the caller's tenant.</summary>
/// <param name="Name">What people call it; 1 to 100 characters.</param>
/// <param name="Scopes">What it may do: scopes that the caller has. By default those of the role service that the caller has.</param>
/// <param name="ExpiresInDays">How long it is good for; by default 30.</param>
public sealed record CreateApiKeyRequest(
    string Name, [property: ValuesOf(typeof(Scope))] IReadOnlyList<string>? Scopes = null, int? ExpiresInDays = null);

/// <param name="ExpiresInDays">How long the new secret is good for; by default 30.</param>
/// <param name="OverlapSeconds">How long the old one stays good, at most until its own expiry; by default a day, 0 ends it at once.</param>
public sealed record RotateApiKeyRequest(int? ExpiresInDays = null, int? OverlapSeconds = null);

/// <param name="Key">An API key.</param>
public sealed record ValidateApiKeyRequest(string Key);

/// <summary>Whether a key is one of the tenant and good now.</summary>
/// <param name="Reason">Why it is not: unknown (also for another tenant's), expired or revoked.</param>
public sealed record ApiKeyValidityResponse(
    bool Valid, [property: AllowedValues("unknown", "expired", "revoked")] string? Reason, ApiKeyResponse? ApiKey);

/// <summary>An API key, without its secret.</summary>
/// <param name="Prefix">The beginning of the newest secret, to tell keys apart by.</param>
/// <param name="Status">active, expired or revoked.</param>
/// <param name="ExpiresAt">When the newest secret expires.</param>
/// <param name="PreviousExpiresAt">Until when a secret from before a rotation is still good, if one is.</param>
/// <param name="LastUsedAt">When it was last used, to the minute or so.</param>
public sealed record ApiKeyResponse(
    string Id, string Name, string Prefix, [property: ValuesOf(typeof(Scope))] IReadOnlyList<string> Scopes,
    [property: AllowedValues("active", "expired", "revoked")] string Status, string CreatedBy, DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? PreviousExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    internal static ApiKeyResponse From(ApiKey key, DateTimeOffset now)
    {
        var previous = key.Secrets.SkipLast(1).Where(secret => secret.ExpiresAt > now.UtcDateTime)
            .Select(secret => (DateTime?)secret.ExpiresAt).Max();
        var status = key.RevokedAt is not null
            ? "revoked"
            : key.Current.ExpiresAt <= now.UtcDateTime && previous is null ? "expired" : "active";
        return new ApiKeyResponse(
            key.Id, key.Name, key.Current.Prefix, key.Scopes, status, key.CreatedBy, WireNames.Time(key.CreatedAt),
            WireNames.Time(key.Current.ExpiresAt), WireNames.Time(previous), WireNames.Time(key.LastUsedAt), WireNames.Time(key.RevokedAt));
    }
}

/// <param name="Key">The key in clear text: it is shown this once and kept nowhere.</param>
public sealed record IssuedApiKeyResponse(string Key, ApiKeyResponse ApiKey);

/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record ApiKeyPage(IReadOnlyList<ApiKeyResponse> ApiKeys, string? NextCursor);
