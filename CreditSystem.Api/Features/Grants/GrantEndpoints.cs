namespace CreditSystem.Api.Features.Grants;

internal static class GrantEndpoints
{
    public static void MapGrants(this IEndpointRouteBuilder routes)
    {
        var writes = routes.MapGroup("/grants").WithTags("Grants").RequireScope(Scope.GrantsWrite).ProducesWriteProblems();
        writes.MapPost("", IssueGrantEndpoint.HandleAsync).WithName("IssueGrant").WithSummary("Give credits with a priority and an expiry");
        writes.MapPost("/{id}/void", VoidGrantEndpoint.HandleAsync).WithName("VoidGrant").WithSummary("Take back what is left of a grant");

        routes.MapGet("/accounts/{id}/grants", ListGrants.HandleAsync).WithTags("Grants").RequireScope(Scope.AccountsRead)
            .ProducesReadProblems()
            .WithName("ListGrants").WithSummary("List what is left of an account's grants, in the order in which they are spent");
    }
}
