namespace CreditSystem.Api.Features.Transfers;

internal static class TransferEndpoints
{
    public static void MapTransfers(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/transfers").WithTags("Transfers");
        var writes = transfers.MapGroup("").RequireScope(Scope.TransfersWrite).ProducesWriteProblems();
        writes.MapPost("", CreateTransfer.HandleAsync).WithName("CreateTransfer").WithSummary("Move credits between two accounts");
        writes.MapPost("/batch", CreateBatch.HandleAsync).WithName("CreateBatch")
            .WithSummary("Move credits several times, each with its own outcome or all together")
            .WithDescription(
                "Answers with one result per transfer. Where `atomic` is true, either all are done, or none, and the answer is the problem "
                + "of the first that failed, with its `index`.");
        writes.MapPost("/{id}/reverse", ReverseTransferEndpoint.HandleAsync)
            .WithName("ReverseTransfer").WithSummary("Reverse a transfer, wholly or in part");

        transfers.MapGet("/{id}", GetTransfer.HandleAsync).RequireScope(Scope.AccountsRead).ProducesReadProblems()
            .WithName("GetTransfer").WithSummary("Read a transfer");
    }
}
