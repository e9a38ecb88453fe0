using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>An API key as it is stored. Rotation gives it another secret; its id, which Idempotency-Keys depend on, stays.</summary>
[BsonIgnoreExtraElements]
public sealed record ApiKey
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("name")]
    public required string Name { get; init; }

    /// <summary>Whom requests with it act as: the key itself, or the user where a user without a tenant's authority made it.</summary>
    [BsonElement("principal")]
    public required string Principal { get; init; }

    [BsonElement("role")]
    public required string Role { get; init; }

    [BsonElement("scopes")]
    public required string[] Scopes { get; init; }

    [BsonElement("created_by")]
    public required string CreatedBy { get; init; }

    [BsonElement("created_at")]
    public DateTime CreatedAt { get; init; }

    [BsonElement("secrets")]
    public required ApiKeySecret[] Secrets { get; init; }

    [BsonElement("revoked_at"), BsonIgnoreIfNull]
    public DateTime? RevokedAt { get; init; }

    [BsonElement("last_used_at"), BsonIgnoreIfNull]
    public DateTime? LastUsedAt { get; init; }

    /// <summary>The newest secret.</summary>
    [BsonIgnore]
    public ApiKeySecret Current => Secrets[^1];
}

/// <summary>One secret of a key: what was shown once.</summary>
public sealed record ApiKeySecret
{
    /// <summary>SHA-256 of the key, in hexadecimal.</summary>
    [BsonElement("hash")]
    public required string Hash { get; init; }

    [BsonElement("prefix")]
    public required string Prefix { get; init; }

    [BsonElement("expires_at")]
    public DateTime ExpiresAt { get; init; }
}
