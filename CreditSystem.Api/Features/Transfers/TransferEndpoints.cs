using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Transfers;

internal static class TransferEndpoints
{
    public static void MapTransfers(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/transfers").WithTags("Transfers");
        var writes = transfers.MapGroup("").RequireScope(Scope.TransfersWrite).ProducesMoneyProblems();
        writes.MapPost("", CreateTransfer.HandleAsync)
            .WithName("CreateTransfer").WithSummary("Move credits between two accounts")
            .Accepts<CreateTransferRequest>("application/json").Produces<TransferResponse>(StatusCodes.Status201Created);
        writes.MapPost("/batch", CreateBatch.HandleAsync)
            .WithName("CreateBatch").WithSummary("Move credits several times, each with its own outcome or all together")
            .WithDescription("Answers 200 with one result per transfer, or, where `atomic` is true, 201 with all transfers or the problem of the first that failed, with its `index`.")
            .Accepts<CreateBatchRequest>("application/json").Produces<BatchResponse>().Produces<AtomicBatchResponse>(StatusCodes.Status201Created);
        writes.MapPost("/{id}/reverse", ReverseTransfer.HandleAsync)
            .WithName("ReverseTransfer").WithSummary("Reverse a transfer, wholly or in part")
            .Accepts<ReverseTransferRequest>(isOptional: true, "application/json").Produces<TransferResponse>(StatusCodes.Status201Created);
        transfers.MapGet("/{id}", GetTransfer.HandleAsync).RequireScope(Scope.AccountsRead)
            .WithName("GetTransfer").WithSummary("Read a transfer").Produces<TransferResponse>()
            .ProducesReadProblems();
    }
}
