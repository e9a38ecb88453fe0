using System.Security.Cryptography;
using MongoDB.Bson.Serialization.Attributes;

namespace CreditSystem.Identity.SecurityAudit;

/// <summary>Who did what, when, from where, with which credential. Never what a request or an answer said.</summary>
[BsonIgnoreExtraElements]
public sealed record SecurityAuditEvent
{
    [BsonIgnore]
    public required string Tenant { get; init; }

    [BsonElement("at")]
    public required DateTime At { get; init; }

    /// <summary>The name of the operation, as in the OpenAPI document.</summary>
    [BsonElement("action")]
    public required string Action { get; init; }

    [BsonElement("principal"), BsonIgnoreIfNull]
    public string? Principal { get; init; }

    [BsonElement("role"), BsonIgnoreIfNull]
    public string? Role { get; init; }

    /// <summary>token or api_key; absent where none was shown.</summary>
    [BsonElement("credential_kind"), BsonIgnoreIfNull]
    public string? CredentialKind { get; init; }

    /// <summary>The id of the token or the key; never a secret.</summary>
    [BsonElement("credential"), BsonIgnoreIfNull]
    public string? Credential { get; init; }

    /// <summary>What it was done to, where there is one thing.</summary>
    [BsonElement("target"), BsonIgnoreIfNull]
    public string? Target { get; init; }

    [BsonElement("status")]
    public required int Status { get; init; }

    [BsonElement("address")]
    public required string Address { get; init; }

    [BsonElement("user_agent"), BsonIgnoreIfNull]
    public string? UserAgent { get; init; }

    [BsonElement("trace_id"), BsonIgnoreIfNull]
    public string? TraceId { get; init; }
}

/// <summary>
/// The events of one tenant that were written together: one insert for many, as a block of the ledger is. It is inserted and
/// read, and never changed.
/// </summary>
[BsonIgnoreExtraElements]
public sealed record SecurityAuditChunk
{
    private static long latest;

    /// <summary>In the order of writing.</summary>
    [BsonId]
    public required string Id { get; init; }

    [BsonElement("tenant")]
    public required string Tenant { get; init; }

    [BsonElement("from")]
    public required DateTime From { get; init; }

    [BsonElement("to")]
    public required DateTime To { get; init; }

    /// <summary>Which actions and principals are in it, so that a search reads no more chunks than it must.</summary>
    [BsonElement("actions")]
    public required string[] Actions { get; init; }

    [BsonElement("principals")]
    public required string[] Principals { get; init; }

    [BsonElement("events")]
    public required SecurityAuditEvent[] Events { get; init; }

    /// <summary>Time (48 bits), number within it (16) and chance (64): of one process each id is greater than the one before.</summary>
    public static string NewId(DateTimeOffset now)
    {
        long before, next;
        do
        {
            before = Volatile.Read(ref latest);
            next = Math.Max(before + 1, now.ToUnixTimeMilliseconds() << 16);
        }
        while (Interlocked.CompareExchange(ref latest, next, before) != before);
        return $"aud_{next:x16}{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
    }

    /// <summary>The least id that a chunk written at the time can have.</summary>
    public static string LeastIdAt(DateTimeOffset time) =>
        $"aud_{time.ToUnixTimeMilliseconds():x12}";

    public static SecurityAuditChunk Of(string tenant, IReadOnlyList<SecurityAuditEvent> events, DateTimeOffset now) => new()
    {
        Id = NewId(now),
        Tenant = tenant,
        From = events.Min(e => e.At),
        To = events.Max(e => e.At),
        Actions = [.. events.Select(e => e.Action).Distinct(StringComparer.Ordinal)],
        Principals = [.. events.Select(e => e.Principal).OfType<string>().Distinct(StringComparer.Ordinal)],
        Events = [.. events],
    };
}
