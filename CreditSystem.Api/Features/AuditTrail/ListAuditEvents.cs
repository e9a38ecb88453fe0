using CreditSystem.Api.Http;
using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.AuditTrail;

internal static class ListAuditEvents
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, AuditStore store, SecurityAuditTrail trail, string? cursor, int? limit,
        string? action, string? principal, string? outcome, string? from, string? to)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if (!AuditSearch.Query(context, isNewestFirst: true, action, principal, outcome, from, to).TryGet(out var query, out problem))
            return problem;
        (string, int)? after = null;
        if (cursor is not null)
        {
            if (!AuditPosition.TryParse(cursor, out var position))
                return AuditSearch.InvalidCursor();
            after = position;
        }

        // What this replica has just done is there, too.
        await trail.FlushAsync(context.RequestAborted);
        var events = new List<AuditEventResponse>(size);
        await foreach (var found in AuditSearch.ReadAsync(store, query, after, context.RequestAborted))
        {
            if (events.Count == size)
                return TypedResults.Ok(new AuditEventPage(events, events[^1].Id));
            events.Add(found);
        }
        return TypedResults.Ok(new AuditEventPage(events, null));
    }
}
