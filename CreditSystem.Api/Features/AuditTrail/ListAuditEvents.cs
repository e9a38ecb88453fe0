using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.Features.AuditTrail;

internal static class ListAuditEvents
{
    public static async Task<Results<Ok<AuditEventPage>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, SecurityAuditStore store, SecurityAuditTrail trail, [AsParameters] PageQuery paging,
        [AsParameters] AuditFilter filter,
        CancellationToken cancellationToken)
    {
        if (!paging.Read().TryGet(out var page, out var problem))
            return problem;
        if (!AuditSearch.Query(caller, filter, isNewestFirst: true).TryGet(out var query, out problem))
            return problem;
        (string, int)? after = null;
        if (page.PlaceId is { } place)
        {
            if (!AuditPosition.TryParse(place, out var position))
                return Page.Invalid();
            after = position;
        }

        // What this replica has just done is there, too.
        await trail.FlushAsync(cancellationToken);
        var events = new List<AuditEventResponse>(page.Limit);
        await foreach (var found in AuditSearch.ReadAsync(store, query, after, cancellationToken))
        {
            if (events.Count == page.Limit)
                return TypedResults.Ok(new AuditEventPage(events, page.CursorAt(events[^1].Id)));
            events.Add(found);
        }

        return TypedResults.Ok(new AuditEventPage(events, null));
    }
}
