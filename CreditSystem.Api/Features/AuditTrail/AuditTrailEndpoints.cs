namespace CreditSystem.Api.Features.AuditTrail;

internal static class AuditTrailEndpoints
{
    public static void MapAuditTrail(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/audit/events").WithTags("Audit").RequireScope(Scope.AuditRead).ProducesReadProblems();
        events.MapGet("", ListAuditEvents.HandleAsync).WithName("ListAuditEvents").WithSummary("Search who did what, newest first");
        // A stream of lines is no JSON type.
        events.MapGet("/export", ExportAuditEvents.HandleAsync).WithName("ExportAuditEvents")
            .WithSummary("Export who did what, oldest first, one JSON object per line")
            .Produces<AuditEventResponse>(contentType: AuditEventLines.ContentType);
    }
}
