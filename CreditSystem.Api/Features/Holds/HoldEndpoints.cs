namespace CreditSystem.Api.Features.Holds;

internal static class HoldEndpoints
{
    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        var holds = routes.MapGroup("/holds").WithTags("Holds");
        var writes = holds.MapGroup("").RequireScope(Scope.HoldsWrite).ProducesWriteProblems();
        writes.MapPost("", PlaceHoldEndpoint.HandleAsync).WithName("PlaceHold").WithSummary("Set credits aside");
        writes.MapPost("/{id}/capture", CaptureHoldEndpoint.HandleAsync)
            .WithName("CaptureHold").WithSummary("Take what a hold has set aside, at once or in parts");
        writes.MapPost("/{id}/void", VoidHoldEndpoint.HandleAsync).WithName("VoidHold").WithSummary("Release what a hold has set aside");

        holds.MapGet("/{id}", GetHold.HandleAsync).RequireScope(Scope.AccountsRead).ProducesReadProblems()
            .WithName("GetHold").WithSummary("Read a hold");
    }
}
