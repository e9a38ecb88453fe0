using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Api.Payments.Notices;

/// <summary>An event that has been dealt with.</summary>
internal sealed record SeenEvent
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("at")]
    public required DateTime At { get; init; }
}

/// <summary>
/// A notice that could not be used. Of what it says only ids are kept: it may hold data of a payer, and what counts is asked of the
/// provider anyway.
/// </summary>
[BsonIgnoreExtraElements]
internal sealed record UnusableNotice
{
    /// <summary>The provider's id of the event.</summary>
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("type"), BsonIgnoreIfNull]
    public string? Type { get; init; }

    [BsonElement("payment"), BsonIgnoreIfNull]
    public string? Payment { get; init; }

    /// <summary><c>malformed</c>, or why the ledger did not do what is due.</summary>
    [BsonElement("reason")]
    public required string Reason { get; init; }

    [BsonElement("detail"), BsonIgnoreIfNull]
    public string? Detail { get; init; }

    [BsonElement("first_at")]
    public required DateTime FirstAt { get; init; }

    [BsonElement("last_at")]
    public required DateTime LastAt { get; init; }

    /// <summary>How often it came, or was processed again, to no avail.</summary>
    [BsonElement("attempts")]
    public required int Attempts { get; init; }
}
