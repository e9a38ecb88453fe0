namespace CreditSystem.Api.Features.Transfers;

/// <summary>Several transfers in one request.</summary>
/// <param name="Transfers">1 to 1,000 transfers, done in this order.</param>
/// <param name="Atomic">All of them or none; by default each has its own outcome.</param>
public sealed record CreateBatchRequest(IReadOnlyList<CreateTransferRequest> Transfers, bool Atomic = false)
    : IBatchBody<CreateBatchRequest, CreateTransferRequest>
{
    static string IBatchBody<CreateBatchRequest, CreateTransferRequest>.ItemsMember => "transfers";

    bool IBatchBody<CreateBatchRequest, CreateTransferRequest>.IsAtomic => Atomic;

    CreateBatchRequest IBatchBody<CreateBatchRequest, CreateTransferRequest>.With(IReadOnlyList<CreateTransferRequest> items) =>
        this with { Transfers = items };
}

/// <summary>What became of each transfer.</summary>
/// <param name="Id">Names the batch: follows from tenant, principal and Idempotency-Key.</param>
/// <param name="Results">One for each transfer of the request, in its order.</param>
public sealed record TransferBatchResponse(Guid Id, IReadOnlyList<TransferBatchResult> Results);

/// <param name="Index">The place in the request, from 0.</param>
/// <param name="Status">The status that the transfer alone would have been answered with.</param>
/// <param name="Transfer">The transfer, where the status is 201.</param>
/// <param name="Error">Why there is none, otherwise.</param>
public sealed record TransferBatchResult(int Index, int Status, TransferResponse? Transfer, ItemProblem? Error);
