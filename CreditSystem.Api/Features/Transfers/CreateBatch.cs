using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Api.Features.Transfers;

internal static class CreateBatch
{
    public const int MaxItems = 1000;

    public static async Task<Results<Ok<TransferBatchResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<CreateBatchRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var (caller, key, transfers) = (request.Caller, request.Key, request.Body.Transfers);
        if (Count(transfers, "transfers") is { } miscounted)
            return miscounted;
        var names = transfers.Select(transfer => transfer?.From).Concat(transfers.Select(transfer => transfer?.To));
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, caller.Tenant, names, request.Aborted);
        var trace = ApiProblems.TraceId;
        var items = new Validated<Transfer>[transfers.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = transfers[i] is null ? RequestValidation.NullItem() : CreateTransfer.ToCommand(
                transfers[i], caller, key with { Id = LedgerId.Derive(key.Id, "item", i) }, accounts, trace);

        if (request.Body.Atomic)
            return (await TogetherAsync(request, ledger, items)).Answer(record => TypedResults.Ok(Together(record)));
        return (await ledger.CommitEachAsync(request, items)).TryGet(out var outcomes, out var problem)
            ? TypedResults.Ok(await ResultsAsync(ledger, key.Id, items, outcomes, request.Aborted))
            : problem;
    }

    /// <summary>The bounds that every list of work in a request has.</summary>
    public static ProblemHttpResult? Count<T>(IReadOnlyList<T> items, string name) => items.Count switch
    {
        0 => ApiProblems.BadRequest("empty_batch", $"{name} must not be empty."),
        > MaxItems => ApiProblems.BadRequest("batch_too_large", $"{name} may have at most {MaxItems} items."),
        _ => null,
    };

    private static async Task<TransferBatchResponse> ResultsAsync(
        CreditLedger ledger, Guid id, Validated<Transfer>[] items, Committed[] outcomes, CancellationToken cancellationToken)
    {
        var results = new TransferBatchResult[items.Length];
        var next = 1;
        for (var i = 0; i < items.Length; i++)
            results[i] = items[i].TryGet(out _, out var problem)
                ? Result(
                    i, outcomes[next].Record,
                    outcomes[next++].Record is { Accepted: false } refused ? await ledger.ExistingAsync(refused, cancellationToken) : null)
                : Result(i, ItemProblem.From(problem));
        return new TransferBatchResponse(id, results);
    }

    private static TransferBatchResult Result(int index, LedgerRecord record, Guid? existing) => record.Rejection is { } rejection
        ? Result(index, ItemProblem.From(rejection, existing))
        : Done(index, record, 0);

    private static TransferBatchResult Done(int index, LedgerRecord record, int posting) =>
        new(index, StatusCodes.Status201Created, TransferResponse.Create(record, posting), null);

    private static TransferBatchResult Result(int index, (int Status, ItemProblem Problem) refused) =>
        new(index, refused.Status, null, refused.Problem);

    private static async Task<Validated<LedgerRecord>> TogetherAsync(
        KeyedRequest request, CreditLedger ledger, Validated<Transfer>[] items)
    {
        var moves = new Transfer[items.Length];
        for (var i = 0; i < items.Length; i++)
            if (!items[i].TryGet(out moves[i]!, out var problem))
            {
                problem.ProblemDetails.Extensions["index"] = i;
                return await ledger.RefuseAsync(request, problem);
            }

        return await ledger.CommitAsync(
            request,
            new TransferBatch(request.Key.Id, request.Key.Fingerprint, request.Caller.Tenant, request.Caller.Holder, moves));
    }

    private static TransferBatchResponse Together(LedgerRecord record)
    {
        var results = new TransferBatchResult[record.Postings.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = Done(i, record, i);
        return new TransferBatchResponse(record.Command.Id, results);
    }
}
