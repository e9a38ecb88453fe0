using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Identity.Sessions;

/// <summary>One login and the refresh tokens that follow from it, of which only the newest is good.</summary>
[BsonIgnoreExtraElements]
public sealed record Session
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>SHA-256 of the refresh token that is good now.</summary>
    [BsonElement("current")]
    public required byte[] Current { get; init; }

    /// <summary>SHA-256 of those before it: who shows one of them has a copy.</summary>
    [BsonElement("used")]
    public byte[][] Used { get; init; } = [];

    [BsonElement("created_at")]
    public DateTime CreatedAt { get; init; }

    [BsonElement("expires_at")]
    public DateTime ExpiresAt { get; init; }

    [BsonElement("revoked")]
    public bool Revoked { get; init; }
}
