using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/invariants", GetInvariants.HandleAsync).WithTags("Audit").RequireScope(Scope.OpsRead)
            .WithName("GetInvariants").WithSummary("Check that the ledger adds up").Produces<InvariantsResponse>()
            .WithRequestTimeout(LongRead.Policy).ProducesReadProblems();

        var audit = routes.MapGroup("/audit").WithTags("Audit").RequireScope(Scope.AuditRead).ProducesReadProblems();
        audit.MapGet("/verify", VerifyChain.HandleAsync)
            .WithName("VerifyChain").WithSummary("Recompute the hash chain of the log: what is new, or with ?full=true all of it").Produces<ChainResponse>()
            .WithRequestTimeout(LongRead.Policy);
        audit.MapGet("/blocks", ListBlocks.HandleAsync)
            .WithName("ListBlocks").WithSummary("List the blocks of the log, oldest first").Produces<BlockPageResponse>();
    }
}
