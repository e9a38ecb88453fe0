using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;

namespace CreditSystem.Api.Features.Lists;

internal static class ListEndpoints
{
    private const string ByMetadata =
        " `metadata.<key>=<value>` finds by the keys that the tenant has declared (`PUT /v1/metadata-keys/{key}`). Newest first, in an "
        + "order that never changes; a page may have fewer items than asked for although `next_cursor` says that there are more.";

    public static void MapLists(this IEndpointRouteBuilder routes)
    {
        var reads = routes.MapGroup("").RequireScope(Scope.AccountsRead).ProducesReadProblems().AddEndpointFilter<HistoryTurnFilter>();
        reads.MapGet("/accounts", AccountList.HandleAsync).WithTags("Accounts").WithName("ListAccounts")
            .WithSummary("List accounts, newest first").WithDescription("Accounts of holders." + ByMetadata).FindsByMetadata();
        reads.MapGet("/transfers", TransferList.HandleAsync).WithTags("Transfers").WithName("ListTransfers")
            .WithSummary("List transfers, newest first")
            .WithDescription("What was posted, by whatever: holds and expiries are transfers as well." + ByMetadata)
            .FindsByMetadata();
        reads.MapGet("/holds", HoldList.HandleAsync).WithTags("Holds").WithName("ListHolds")
            .WithSummary("List holds, newest first").WithDescription("Holds as they are now." + ByMetadata).FindsByMetadata();
        reads.MapGet("/grants", GrantList.HandleAsync).WithTags("Grants").WithName("ListAllGrants")
            .WithSummary("List grants, newest first")
            .WithDescription("Grants as they are now on the accounts that they were given to." + ByMetadata).FindsByMetadata();
        reads.MapGet("/grants/{id}", GetGrant.HandleAsync).WithTags("Grants").WithName("GetGrant").WithSummary("Read a grant");

        var keys = routes.MapGroup("/metadata-keys").WithTags("Accounts");
        keys.MapGet("", MetadataKeys.ListAsync).RequireScope(Scope.AccountsRead).ProducesProblems(401, 403, 429, 503)
            .WithName("ListMetadataKeys").WithSummary("List the keys of metadata that things are found by");
        keys.MapPut("/{key}", MetadataKeys.PutAsync).RequireScope(Scope.AccountsWrite).ProducesProblems(400, 401, 403, 422, 429, 503)
            .WithName("PutMetadataKey").WithSummary("Find things by a key of metadata");
        keys.MapDelete("/{key}", MetadataKeys.DeleteAsync).RequireScope(Scope.AccountsWrite).ProducesProblems(401, 403, 404, 429, 503)
            .WithName("DeleteMetadataKey").WithSummary("Find things by a key of metadata no more");
    }
}
