using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Api.Payments;

/// <summary>A payment as this system remembers it. What counts is at the provider and in the ledger; this is what lists them.</summary>
[BsonIgnoreExtraElements]
internal sealed record Payment
{
    /// <summary>A payment for an order, as it is begun.</summary>
    public static Payment Begun(
        string id, string request, byte[] fingerprint, string principal, PaymentOrder order, string status, DateTime at) => new()
        {
            Id = id,
            Tenant = order.Tenant,
            Request = request,
            Fingerprint = fingerprint,
            Principal = principal,
            Account = order.Account.ToString("D"),
            Asset = order.Asset,
            Credits = order.Credits,
            Price = order.Price,
            Currency = order.Currency,
            Status = status,
            CreatedAt = at,
        };

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

    /// <summary>What is bought; null for a payment from before payments said so.</summary>
    [BsonElement("asset"), BsonIgnoreIfNull]
    public string? Asset { get; init; }

    /// <summary>Minor units of the asset.</summary>
    [BsonElement("credits")]
    public required long Credits { get; init; }

    /// <summary>Minor units of the currency.</summary>
    [BsonElement("price")]
    public required long Price { get; init; }

    [BsonElement("currency")]
    public required string Currency { get; init; }

    [BsonElement("status")]
    public required string Status { get; init; }

    [BsonElement("transfer"), BsonIgnoreIfNull]
    public string? Transfer { get; init; }

    /// <summary>What of the money went back, minor units of the currency.</summary>
    [BsonElement("withdrawn")]
    public long Withdrawn { get; init; }

    [BsonElement("recovered")]
    public long Recovered { get; init; }

    /// <summary>What was to come back and was not there.</summary>
    [BsonElement("debt")]
    public long Debt { get; init; }

    /// <summary>How many records of the ledger that is after.</summary>
    [BsonElement("movements")]
    public int Movements { get; init; }

    /// <summary>Why the ledger does not do what is due.</summary>
    [BsonElement("refused"), BsonIgnoreIfNull]
    public string? Refused { get; init; }

    [BsonElement("receipt"), BsonIgnoreIfNull]
    public string? ReceiptUrl { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }
}
