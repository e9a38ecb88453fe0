using System.ComponentModel;
using System.Runtime.CompilerServices;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Features.AuditTrail;

/// <summary>Which events are asked for.</summary>
internal sealed record AuditFilter
{
    [FromQuery(Name = "action"), Description("Only what was done by this operation, as the document names it.")]
    public string? Action { get; init; }

    [FromQuery(Name = "principal"), Description("Only what this user or API key did.")]
    public string? Principal { get; init; }

    [FromQuery(Name = "outcome"), AllowedValues("success", "refused")]
    [Description("Only what was done, or only what was refused.")]
    public string? Outcome { get; init; }

    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }
}

/// <summary>From the query string to events.</summary>
internal static class AuditSearch
{
    private const int ChunksAtATime = 20;

    public static Validated<SecurityAuditQuery> Query(RequestCaller caller, AuditFilter filter, bool isNewestFirst)
    {
        if ((RequestValidation.Text("action", filter.Action, RequestValidation.MaxNameLength)
            ?? RequestValidation.Text("principal", filter.Principal, RequestValidation.MaxNameLength)) is { } invalid)
            return invalid;
        if (filter.Outcome is not (null or "success" or "refused"))
            return ApiProblems.BadRequest("invalid_outcome", "outcome must be success or refused.");
        if (!Timestamp.Period("from", filter.From, "to", filter.To).TryGet(out var period, out var problem))
            return problem;
        return new SecurityAuditQuery(
            caller.Tenant, isNewestFirst, filter.Action, filter.Principal,
            period.From is { } since ? WireNames.Time(since) : null, period.Until is { } until ? WireNames.Time(until) : null,
            filter.Outcome is null ? null : filter.Outcome == "refused");
    }

    /// <summary>The events after the position, in the order of the query, read a few chunks at a time.</summary>
    public static async IAsyncEnumerable<AuditEventResponse> ReadAsync(
        SecurityAuditStore store, SecurityAuditQuery query, (string Chunk, int Index)? after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (beginning, isInclusive) = (after?.Chunk, after is not null);
        while (true)
        {
            var chunks = await store.FindAsync(query, beginning, isInclusive, ChunksAtATime, cancellationToken);
            foreach (var chunk in chunks)
                foreach (var index in Indexes(query, chunk, after))
                    yield return AuditEventResponse.From(chunk, index);
            if (chunks.Count < ChunksAtATime)
                yield break;
            (beginning, isInclusive) = (chunks[^1].Id, false);
        }
    }

    private static IEnumerable<int> Indexes(SecurityAuditQuery query, SecurityAuditChunk chunk, (string Chunk, int Index)? after)
    {
        var indexes = Enumerable.Range(0, chunk.Events.Length).Where(index => query.Matches(chunk.Events[index]));
        if (query.IsNewestFirst)
            indexes = indexes.Reverse();
        return after is { } position && position.Chunk == chunk.Id
            ? indexes.Where(index => query.IsNewestFirst ? index < position.Index : index > position.Index)
            : indexes;
    }
}
