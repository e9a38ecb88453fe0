using System.Runtime.CompilerServices;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features.AuditTrail;

/// <summary>From the query string to events.</summary>
internal static class AuditSearch
{
    private const int ChunksAtATime = 20;

    public static Checked<AuditQuery> Query(HttpContext context, bool isNewestFirst, string? action, string? principal, string? outcome, string? from, string? to)
    {
        if ((RequestValidation.Text("action", action, RequestValidation.MaxNameLength) ?? RequestValidation.Text("principal", principal, RequestValidation.MaxNameLength)) is { } invalid)
            return invalid;
        if (outcome is not (null or "success" or "refused"))
            return Refusal.BadRequest("invalid_outcome", "outcome must be success or refused.");
        if (!Timestamp.TryParse(from, out var begin))
            return Timestamp.Invalid("from");
        if (!Timestamp.TryParse(to, out var end))
            return Timestamp.Invalid("to");
        return new AuditQuery(
            context.GetCaller().Tenant, isNewestFirst, action, principal,
            begin is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
            end is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
            outcome is null ? null : outcome == "refused");
    }

    /// <summary>The events behind the position, in the order of the query, read a few chunks at a time.</summary>
    public static async IAsyncEnumerable<AuditEventResponse> ReadAsync(
        AuditStore store, AuditQuery query, (string Chunk, int Index)? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (beginning, isInclusive) = (after?.Chunk, after is not null);
        while (true)
        {
            var chunks = await store.FindAsync(query, beginning, isInclusive, ChunksAtATime, cancellationToken);
            foreach (var chunk in chunks)
                foreach (var index in Indexes(query, chunk, after))
                    yield return AuditEventResponse.Of(chunk, index);
            if (chunks.Count < ChunksAtATime)
                yield break;
            (beginning, isInclusive) = (chunks[^1].Id, false);
        }
    }

    private static IEnumerable<int> Indexes(AuditQuery query, AuditChunk chunk, (string Chunk, int Index)? after)
    {
        var indexes = Enumerable.Range(0, chunk.Events.Length).Where(index => query.Matches(chunk.Events[index]));
        if (query.IsNewestFirst)
            indexes = indexes.Reverse();
        return after is { } position && position.Chunk == chunk.Id
            ? indexes.Where(index => query.IsNewestFirst ? index < position.Index : index > position.Index)
            : indexes;
    }

    public static ProblemHttpResult InvalidCursor() => Refusal.BadRequest("invalid_cursor", "Pass next_cursor of the page before, unchanged.");
}
