using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Api.Payments;

/// <summary>A payment as this system remembers it. What counts is at the provider and in the ledger; this is what lists them.</summary>
[BsonIgnoreExtraElements]
internal sealed record Payment
{
    /// <summary>The provider's id of the payment.</summary>
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    /// <summary>The id that follows from the Idempotency-Key of the request, and what was asked with it.</summary>
    [BsonElement("request")]
    public required string Request { get; init; }

    [BsonElement("fingerprint")]
    public required byte[] Fingerprint { get; init; }

    [BsonElement("principal")]
    public required string Principal { get; init; }

    [BsonElement("account")]
    public required string Account { get; init; }

    /// <summary>Minor units of the asset.</summary>
    [BsonElement("credits")]
    public required long Credits { get; init; }

    /// <summary>Minor units of the currency.</summary>
    [BsonElement("price")]
    public required int Price { get; init; }

    [BsonElement("currency")]
    public required string Currency { get; init; }

    [BsonElement("status")]
    public required string Status { get; init; }

    [BsonElement("transfer"), BsonIgnoreIfNull]
    public string? Transfer { get; init; }

    [BsonElement("recovered")]
    public long Recovered { get; init; }

    [BsonElement("unrecovered")]
    public long Unrecovered { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }
}

/// <summary>An event that has been dealt with.</summary>
internal sealed record SeenEvent
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("at")]
    public required DateTime At { get; init; }
}
