using CreditSystem.Api.Access;

namespace CreditSystem.Api.Features.Transfers;

internal static class TransferEndpoints
{
    public static void MapTransfers(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/transfers").WithTags("Transfers");
        transfers.MapPost("", CreateTransfer.HandleAsync).RequireScope(Scope.TransfersWrite)
            .WithName("CreateTransfer").WithSummary("Move credits between two accounts")
            .Accepts<CreateTransferRequest>("application/json").Produces<TransferResponse>(StatusCodes.Status201Created)
            .ProducesMoneyProblems();
        transfers.MapGet("/{id}", GetTransfer.HandleAsync).RequireScope(Scope.AccountsRead)
            .WithName("GetTransfer").WithSummary("Read a transfer").Produces<TransferResponse>()
            .ProducesReadProblems();
    }
}
