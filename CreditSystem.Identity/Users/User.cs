using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Identity.Users;

/// <summary>A user as it is stored: nothing personal in the clear.</summary>
[BsonIgnoreExtraElements]
public sealed record User
{
    /// <summary>The principal: what tokens call the user, and the holder of its wallet.</summary>
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("role")]
    public required string Role { get; init; }

    [BsonElement("email")]
    public required string Email { get; init; }

    [BsonElement("email_index")]
    public required string EmailIndex { get; init; }

    [BsonElement("username")]
    public required string Username { get; init; }

    [BsonElement("username_index")]
    public required string UsernameIndex { get; init; }

    [BsonElement("name"), BsonIgnoreIfNull]
    public string? Name { get; init; }

    [BsonElement("phone"), BsonIgnoreIfNull]
    public string? Phone { get; init; }

    [BsonElement("password_hash")]
    public required string PasswordHash { get; init; }

    [BsonElement("disabled")]
    public bool Disabled { get; init; }

    /// <summary>False until the ledger has confirmed the wallet; a login makes up for a registration that was cut off.</summary>
    [BsonElement("has_wallet")]
    public bool HasWallet { get; init; }

    /// <summary>Blind indexes of the addresses that the user has logged in from: others' failures do not lock these out.</summary>
    [BsonElement("known_addresses")]
    public string[] KnownAddresses { get; init; } = [];

    [BsonElement("created_at")]
    public DateTime CreatedAt { get; init; }
}
