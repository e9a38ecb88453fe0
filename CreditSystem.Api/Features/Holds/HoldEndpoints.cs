using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Holds;

internal static class HoldEndpoints
{
    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        var holds = routes.MapGroup("/holds").WithTags("Holds");
        var writes = holds.MapGroup("").RequireScope(Scope.HoldsWrite).ProducesMoneyProblems();
        writes.MapPost("", PlaceHold.HandleAsync)
            .WithName("PlaceHold").WithSummary("Set credits aside")
            .Accepts<PlaceHoldRequest>("application/json").Produces<HoldResponse>(StatusCodes.Status201Created);
        writes.MapPost("/{id}/capture", CaptureHold.HandleAsync)
            .WithName("CaptureHold").WithSummary("Take what a hold has set aside, at once or in parts")
            .Accepts<CaptureHoldRequest>(isOptional: true, "application/json").Produces<CaptureResponse>();
        writes.MapPost("/{id}/void", VoidHold.HandleAsync)
            .WithName("VoidHold").WithSummary("Release what a hold has set aside")
            .Accepts<VoidRequest>(isOptional: true, "application/json").Produces<HoldResponse>();
        holds.MapGet("/{id}", GetHold.HandleAsync).RequireScope(Scope.AccountsRead)
            .WithName("GetHold").WithSummary("Read a hold").Produces<HoldResponse>()
            .ProducesReadProblems();
    }
}
