using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>
/// When and how one account is topped up, and what has been charged for it. One document decides: each change names the version that
/// it was made of, and of two at once one fails. A policy that is removed stays as one that is not in use: what was charged counts on.
/// </summary>
[BsonIgnoreExtraElements]
internal sealed record TopUpPolicy
{
    public const string Active = "active";
    public const string Stopped = "stopped";
    public const string Removed = "removed";

    /// <summary>The account.</summary>
    [BsonId]
    public required string Account { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    /// <summary>The tenant's log: its owner looks after the policy.</summary>
    [BsonElement("partition")]
    public required int Partition { get; init; }

    [BsonElement("version")]
    public required long Version { get; init; }

    [BsonElement("status")]
    public required string Status { get; init; }

    [BsonElement("terms")]
    public required TopUpTerms Terms { get; init; }

    /// <summary>The charge that is under way; no other one is begun before it has ended.</summary>
    [BsonElement("charge"), BsonIgnoreIfNull]
    public TopUpCharge? Charge { get; init; }

    /// <summary>How many charges there have been: their ids follow from it.</summary>
    [BsonElement("sequence")]
    public long Sequence { get; init; }

    [BsonElement("charged")]
    public TopUpSum Charged { get; init; } = new();

    /// <summary>Declines since the last success.</summary>
    [BsonElement("declines")]
    public int Declines { get; init; }

    /// <summary>Why it was declined last, or is stopped.</summary>
    [BsonElement("reason"), BsonIgnoreIfNull]
    public string? Reason { get; init; }

    /// <summary>Nothing is charged before; at this time it is looked at again, whatever happens in the log.</summary>
    [BsonElement("next_at"), BsonIgnoreIfNull]
    public DateTime? NextAt { get; init; }

    /// <summary>What has happened and has not been told yet.</summary>
    [BsonElement("events")]
    public TopUpEvent[] Events { get; init; } = [];

    [BsonElement("last_payment"), BsonIgnoreIfNull]
    public string? LastPayment { get; init; }

    [BsonElement("last_at"), BsonIgnoreIfNull]
    public DateTime? LastAt { get; init; }
}

/// <summary>What somebody has set.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Threshold">What is available falls below it: minor units of the asset.</param>
/// <param name="Price">What to pay each time, minor units of the currency; null where package or target says it.</param>
/// <param name="Package">What to buy each time.</param>
/// <param name="Target">What is to be available afterwards, minor units of the asset.</param>
/// <param name="DailyCap">The most that is charged in a day (UTC), minor units of the currency.</param>
/// <param name="MonthlyCap">As <paramref name="DailyCap"/>, in a month.</param>
internal sealed record TopUpTerms(
    [property: BsonElement("principal")] string Principal,
    [property: BsonElement("threshold")] long Threshold,
    [property: BsonElement("price")] long? Price,
    [property: BsonElement("package")] string? Package,
    [property: BsonElement("target")] long? Target,
    [property: BsonElement("currency")] string Currency,
    [property: BsonElement("daily_cap")] long DailyCap,
    [property: BsonElement("monthly_cap")] long MonthlyCap,
    [property: BsonElement("card")] SavedCard Card);

/// <summary>A payment method that is saved at the provider for one account.</summary>
internal sealed record SavedCard(
    [property: BsonElement("customer")] string Customer,
    [property: BsonElement("method")] string Method,
    [property: BsonElement("brand")] string? Brand,
    [property: BsonElement("last4")] string? LastFour);

/// <summary>One charge, with all that it was begun with: the same request must be sent again after a crash.</summary>
/// <param name="Id">Follows from account and number; the provider's idempotency key.</param>
/// <param name="Payment">The provider's id of it, once it is known.</param>
internal sealed record TopUpCharge(
    [property: BsonElement("id")] string Id,
    [property: BsonElement("asset")] string Asset,
    [property: BsonElement("credits")] long Credits,
    [property: BsonElement("price")] long Price,
    [property: BsonElement("currency")] string Currency,
    [property: BsonElement("card")] SavedCard Card,
    [property: BsonElement("at")] DateTime At,
    [property: BsonElement("payment")] string? Payment = null);

/// <summary>What has been charged in the current day and month, the charge under way included; minor units of the currency.</summary>
internal sealed record TopUpSum(
    [property: BsonElement("day")] string Day = "", [property: BsonElement("of_day")] long OfDay = 0,
    [property: BsonElement("month")] string Month = "", [property: BsonElement("of_month")] long OfMonth = 0);

/// <param name="Id">The same however often it is told.</param>
internal sealed record TopUpEvent(
    [property: BsonElement("id")] string Id,
    [property: BsonElement("type")] string Type,
    [property: BsonElement("at")] DateTime At,
    [property: BsonElement("payment")] string? Payment,
    [property: BsonElement("credits")] long Credits,
    [property: BsonElement("price")] long Price,
    [property: BsonElement("currency")] string Currency,
    [property: BsonElement("reason")] string? Reason);
