using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Transfers;

internal static class CreateBatch
{
    public const int MaxItems = 1000;

    private const string Route = "/v1/transfers/batch";

    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, LedgerJson.Default.CreateBatchRequest)).TryGet(out var request, out var problem))
            return problem;
        if (Count(request.Transfers, "transfers") is { } miscounted)
            return miscounted;
        if (!IdempotencyKey.Of(context, caller, Route, request, LedgerJson.Default.CreateBatchRequest).TryGet(out var key, out problem))
            return problem;
        var names = request.Transfers.SelectMany(transfer => new[] { transfer.From, transfer.To });
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, caller.Tenant, names, context.RequestAborted);
        var items = new Checked<Transfer>[request.Transfers.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = CreateTransfer.ToCommand(request.Transfers[i], caller, key with { Id = LedgerId.Derive(key.Id, "item", i) }, accounts);
        return request.Atomic
            ? await TogetherAsync(context, ledger, caller, key, items)
            : await EachAsync(context, ledger, caller, key, items);
    }

    /// <summary>The bounds that every list of work in a request has.</summary>
    public static ProblemHttpResult? Count<T>(IReadOnlyList<T> items, string name) => items.Count switch
    {
        0 => Refusal.BadRequest("empty_batch", $"{name} must not be empty."),
        > MaxItems => Refusal.BadRequest("batch_too_large", $"{name} may have at most {MaxItems} items."),
        _ => items.Contains(default) ? Refusal.BadRequest(ProblemCodes.Malformed, $"{name} must not contain null.") : null,
    };

    private static async Task<IResult> EachAsync(HttpContext context, CreditLedger ledger, Caller caller, IdempotencyKey key, Checked<Transfer>[] items)
    {
        var commands = new List<Command>(items.Length);
        foreach (var item in items)
            if (item.TryGet(out var command, out _))
                commands.Add(command with { TraceId = Problem.TraceId });
        var request = TransferBatch.Header(key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null);
        return await ledger.ExecuteAsync(request, commands) is { } outcomes
            ? LedgerResults.Answer(context, outcomes[0], key.Fingerprint, _ => TypedResults.Json(Results(items, outcomes), LedgerJson.Default.BatchResponse))
            : LedgerResults.InFlight(context);
    }

    private static BatchResponse Results(Checked<Transfer>[] items, Committed[] outcomes)
    {
        var results = new BatchItemResult[items.Length];
        var next = 1;
        for (var i = 0; i < items.Length; i++)
            results[i] = items[i].TryGet(out _, out var problem) ? Result(i, outcomes[next++].Record) : Result(i, ItemProblem.Of(problem));
        return new BatchResponse(results);
    }

    private static BatchItemResult Result(int index, LedgerRecord record) => record.Rejection is { } rejection
        ? Result(index, ItemProblem.Of(rejection))
        : new BatchItemResult(index, StatusCodes.Status201Created, TransferResponse.Of(record, 0), null);

    private static BatchItemResult Result(int index, (int Status, ItemProblem Problem) refused) => new(index, refused.Status, null, refused.Problem);

    private static async Task<IResult> TogetherAsync(HttpContext context, CreditLedger ledger, Caller caller, IdempotencyKey key, Checked<Transfer>[] items)
    {
        var moves = new Transfer[items.Length];
        for (var i = 0; i < items.Length; i++)
            if (!items[i].TryGet(out moves[i]!, out var problem))
            {
                problem.ProblemDetails.Extensions["index"] = i;
                return await LedgerResults.RefuseAsync(context, ledger, caller, key, problem, Accepted);
            }
        var command = new TransferBatch(key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, moves);
        return await LedgerResults.ExecuteAsync(context, ledger, command, Accepted);
    }

    private static IResult Accepted(LedgerRecord record)
    {
        var transfers = new TransferResponse[record.Postings.Length];
        for (var i = 0; i < transfers.Length; i++)
            transfers[i] = TransferResponse.Of(record, i);
        return TypedResults.Json(new AtomicBatchResponse(record.Command.Id, transfers), LedgerJson.Default.AtomicBatchResponse, statusCode: StatusCodes.Status201Created);
    }
}
