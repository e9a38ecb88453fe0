namespace CreditSystem.Api.Features.Usage;

internal static class UsageEndpoints
{
    public static void MapUsage(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/usage", RecordUsage.HandleAsync).WithTags("Usage").RequireScope(Scope.TransfersWrite).ProducesWriteProblems()
            .WithName("RecordUsage").WithSummary("Charge what was used, each event once");
}
