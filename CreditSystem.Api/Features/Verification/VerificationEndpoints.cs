namespace CreditSystem.Api.Features.Verification;

internal static class VerificationEndpoints
{
    public static void MapVerification(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/invariants", GetInvariants.HandleAsync).WithTags("Audit").RequireScope(Scope.OpsRead).ProducesReadProblems()
            .WithName("GetInvariants").WithSummary("Check that the ledger adds up").WithRequestTimeout(LongRead.Policy);

        var audit = routes.MapGroup("/audit").WithTags("Audit").RequireScope(Scope.AuditRead).ProducesReadProblems();
        audit.MapGet("/verify", VerifyChain.HandleAsync).WithName("VerifyChain")
            .WithSummary("Recompute the hash chain of the log: what is new, or with ?full=true all of it")
            .WithRequestTimeout(LongRead.Policy);
        audit.MapGet("/blocks", ListBlocks.HandleAsync).WithName("ListBlocks").WithSummary("List the blocks of the log, oldest first");
    }
}
