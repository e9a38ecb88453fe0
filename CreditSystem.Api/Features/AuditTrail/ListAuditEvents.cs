using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.AuditTrail;

internal static class ListAuditEvents
{
    public static async Task<Results<Ok<AuditEventPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, SecurityAuditStore store, SecurityAuditTrail trail, string? cursor, int? limit,
        [AsParameters] AuditFilter filter,
        CancellationToken cancellationToken)
    {
        if (!Cursor.Limit(limit).TryGet(out var size, out var problem))
            return problem;
        if (!AuditSearch.Query(caller, filter, isNewestFirst: true).TryGet(out var query, out problem))
            return problem;
        (string, int)? after = null;
        if (cursor is not null)
        {
            if (!AuditPosition.TryParse(cursor, out var position))
                return Cursor.Invalid();
            after = position;
        }

        // What this replica has just done is there, too.
        await trail.FlushAsync(cancellationToken);
        var events = new List<AuditEventResponse>(size);
        await foreach (var found in AuditSearch.ReadAsync(store, query, after, cancellationToken))
        {
            if (events.Count == size)
                return TypedResults.Ok(new AuditEventPage(events, events[^1].Id));
            events.Add(found);
        }

        return TypedResults.Ok(new AuditEventPage(events, null));
    }
}
