using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>Makes keys, gives them other secrets and ends them.</summary>
public sealed class ApiKeyIssuer(
    ApiKeyStore store, ApiKeyCache cache, Sessions.Revocations revocations, IOptions<ApiKeyOptions> options, TimeProvider time)
{
    public async Task<IssuedKey> CreateAsync(
        Caller creator, string name, string[] scopes, int? lifetimeDays, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = $"key_{Guid.CreateVersion7(now):N}";
        var (text, secret) = NewSecret(lifetimeDays);
        var key = new ApiKey
        {
            Id = id,
            Tenant = creator.Tenant,
            Name = name,
            // A key never reaches further than who made it.
            Principal = creator.OwnAccountsOnly ? creator.Principal : id,
            Role = creator.OwnAccountsOnly ? Role.User : Role.Service,
            Scopes = scopes,
            CreatedBy = creator.Principal,
            CreatedAt = now.UtcDateTime,
            Secrets = [secret],
        };
        await store.InsertAsync(key, cancellationToken);
        return new IssuedKey(key, text);
    }

    /// <summary>Another secret; the ones before stay good for the overlap at most, so that callers can change over one by one.</summary>
    /// <returns>Null when somebody else has changed the key at the same time.</returns>
    public async Task<IssuedKey?> RotateAsync(ApiKey key, int? lifetimeDays, int? overlapSeconds, CancellationToken cancellationToken)
    {
        var overlap = TimeSpan.FromSeconds(overlapSeconds ?? options.Value.OverlapSeconds);
        var now = time.GetUtcNow().UtcDateTime;
        var (text, secret) = NewSecret(lifetimeDays);
        ApiKeySecret[] before = [.. key.Secrets.Select(old => old with { ExpiresAt = Earlier(old.ExpiresAt, now + overlap) })];
        ApiKeySecret[] good = [.. before.Where(old => old.ExpiresAt > now)];
        if (await store.TryRotateAsync(key, [.. good, secret], cancellationToken) is not { } rotated)
            return null;
        cache.Forget(key);
        // The other replicas still know the expiry of before.
        foreach (var ended in before.Except(good))
            await revocations.AddApiKeyAsync(ended.Hash, cancellationToken);
        return new IssuedKey(rotated, text);
    }

    /// <returns>False where there is no such key.</returns>
    public async Task<bool> RevokeAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (await store.RevokeAsync(tenant, id, time.GetUtcNow().UtcDateTime, cancellationToken) is not { } key)
            return false;
        cache.Forget(key);
        foreach (var secret in key.Secrets)
            await revocations.AddApiKeyAsync(secret.Hash, cancellationToken);
        return true;
    }

    private (string Text, ApiKeySecret Secret) NewSecret(int? lifetimeDays)
    {
        var text = ApiKeyFormat.Create();
        var expiresAt = time.GetUtcNow().AddDays(lifetimeDays ?? options.Value.LifetimeDays).UtcDateTime;
        return (
            text, new ApiKeySecret { Hash = ApiKeyFormat.HashOf(text), Prefix = ApiKeyFormat.DisplayPrefix(text), ExpiresAt = expiresAt });
    }

    private static DateTime Earlier(DateTime a, DateTime b) => a < b ? a : b;
}

/// <param name="Key">The key as it is stored.</param>
/// <param name="Text">The key in clear text: shown once, kept nowhere.</param>
public sealed record IssuedKey(ApiKey Key, string Text);
