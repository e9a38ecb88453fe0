using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Api.Webhooks;

/// <summary>Where a tenant wants to be told.</summary>
[BsonIgnoreExtraElements]
internal sealed record WebhookEndpoint
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("url")]
    public required string Url { get; init; }

    /// <summary>The types of events; all, if empty.</summary>
    [BsonElement("types")]
    public required string[] Types { get; init; }

    /// <summary>The secret that deliveries are signed with, encrypted for this endpoint.</summary>
    [BsonElement("secret")]
    public required string Secret { get; init; }

    /// <summary>The secret before the last rotation, which signs as well until <see cref="PreviousUntil"/>.</summary>
    [BsonElement("previous"), BsonIgnoreIfNull]
    public string? Previous { get; init; }

    [BsonElement("previous_until"), BsonIgnoreIfNull]
    public DateTime? PreviousUntil { get; init; }

    /// <summary>The tenant's log, and its last block before the endpoint was made: nothing older is told.</summary>
    [BsonElement("partition")]
    public required int Partition { get; init; }

    [BsonElement("since")]
    public required long Since { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>The block of the log up to which events have been queued for it; null where they were by the partition's cursor.</summary>
    [BsonElement("cursor"), BsonIgnoreIfNull]
    public long? Cursor { get; init; }

    /// <summary>Failures since the last success.</summary>
    [BsonElement("failures")]
    public int Failures { get; init; }

    /// <summary>It has failed too often; set until it is enabled or answers.</summary>
    [BsonElement("is_paused")]
    public bool IsPaused { get; init; }

    /// <summary>Nothing is delivered to it before.</summary>
    [BsonElement("paused_until"), BsonIgnoreIfNull]
    public DateTime? PausedUntil { get; init; }

    /// <summary>The tenant has paused it; set until it is enabled. Its events wait in the log.</summary>
    [BsonElement("held"), BsonIgnoreIfDefault]
    public bool IsHeld { get; init; }

    /// <summary>Nothing is delivered to it until somebody enables it; its events wait in the log.</summary>
    [BsonElement("disabled")]
    public bool Disabled { get; init; }

    /// <summary>Why it is paused or disabled.</summary>
    [BsonElement("reason"), BsonIgnoreIfNull]
    public string? Reason { get; init; }

    public bool Wants(string type) => Types.Length == 0 || Types.Contains(type, StringComparer.Ordinal);
}

/// <summary>One event on its way to one endpoint.</summary>
[BsonIgnoreExtraElements]
internal sealed record WebhookDelivery
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Dead = "dead";

    public static WebhookDelivery Create(WebhookEndpoint endpoint, Guid told, string type, string body, DateTime now) => new()
    {
        Id = $"{endpoint.Id}.{told:N}",
        Endpoint = endpoint.Id,
        Tenant = endpoint.Tenant,
        Event = told.ToString("D"),
        Type = type,
        Body = body,
        Status = Pending,
        NextAt = endpoint.PausedUntil > now ? endpoint.PausedUntil.Value : now,
        CreatedAt = now,
    };

    /// <summary>Follows from endpoint and event, so that the same event is queued once however often the log is read.</summary>
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("endpoint")]
    public required string Endpoint { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("event")]
    public required string Event { get; init; }

    [BsonElement("type")]
    public required string Type { get; init; }

    /// <summary>The bytes that are sent, the same with every attempt.</summary>
    [BsonElement("body")]
    public required string Body { get; init; }

    [BsonElement("status")]
    public required string Status { get; init; }

    [BsonElement("attempts")]
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due; while one is under way, when another sender may take it over.</summary>
    [BsonElement("next_at")]
    public required DateTime NextAt { get; init; }

    [BsonElement("last_status"), BsonIgnoreIfNull]
    public int? LastStatus { get; init; }

    [BsonElement("last_error"), BsonIgnoreIfNull]
    public string? LastError { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>When the database may forget it; null until it has arrived.</summary>
    [BsonElement("expires_at"), BsonIgnoreIfNull]
    public DateTime? ExpiresAt { get; init; }
}

/// <summary>How far the log of a partition has been read for webhooks.</summary>
[BsonIgnoreExtraElements]
internal sealed record WebhookCursor
{
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("block")]
    public long Block { get; init; }
}
