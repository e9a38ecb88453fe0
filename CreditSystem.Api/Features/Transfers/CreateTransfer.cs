using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Transfers;

/// <summary>Moves credits from one account to another.</summary>
/// <param name="From">The id of the account to debit, or the name of a system account.</param>
/// <param name="To">The id of the account to credit, or the name of a system account.</param>
/// <param name="Amount">Minor units: a positive integer, or a string of its digits.</param>
/// <param name="Kind">transfer (default), purchase, reward, grant, burn, refund or adjustment.</param>
/// <param name="Asset">The asset that both accounts must be in; by default whatever they are in.</param>
/// <param name="Reference">The caller's own name for the transfer, unique among a user's own or among those of the tenant's
/// programs.</param>
/// <param name="Metadata">Strings that are kept with the transfer, at most 1,024 bytes as JSON.</param>
public sealed record CreateTransferRequest(
    string From,
    string To,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long Amount,
    [property: AllowedValues("transfer", "purchase", "reward", "grant", "burn", "refund", "adjustment")]
    string? Kind = null,
    string? Asset = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null) : IBatchItem<CreateTransferRequest>
{
    /// <summary>What is wrong with it as an item of a batch, where it could not be read.</summary>
    [JsonIgnore]
    internal string? Unreadable { get; init; }

    static CreateTransferRequest IBatchItem<CreateTransferRequest>.Unreadable(string raw, string problem) =>
        new(raw, "", 0) { Unreadable = problem };
}

internal static class CreateTransfer
{
    public static async Task<Results<Created<TransferResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<CreateTransferRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var (caller, body) = (request.Caller, request.Body);
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, caller.Tenant, [body.From, body.To], request.Aborted);
        return (await ledger.CommitAsync(request, ToCommand(body, caller, request.Key, accounts))).Answer(Created);
    }

    internal static Created<TransferResponse> Created(LedgerRecord record)
    {
        var transfer = TransferResponse.Create(record, 0);
        return TypedResults.Created($"/v1/transfers/{transfer.Id}", transfer);
    }

    internal static Validated<Transfer> ToCommand(
        CreateTransferRequest request, RequestCaller caller, IdempotencyKey key, KnownAccounts accounts, string? trace = null)
    {
        if (request.Unreadable is { } unreadable)
            return ApiProblems.BadRequest(ProblemCodes.Malformed, unreadable);
        if (!RequestValidation.Account("from", request.From).TryGet(out var from, out var problem))
            return problem;
        if (!RequestValidation.Account("to", request.To).TryGet(out var to, out problem))
            return problem;
        if (!TransferKinds.TryParseRequested(request.Kind ?? "transfer", out var kind))
            return ApiProblems.BadRequest("invalid_kind", "kind must be transfer, purchase, reward, grant, burn, refund or adjustment.");
        if (!RequestValidation.Details(request.Reference, request.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var own = accounts.AssetOf(from, to);
        var asset = own ?? request.Asset ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, request.Amount).TryGet(out var rules, out problem))
            return problem;
        if (request.Asset is { } named && !accounts.IsAsset(named))
            return RequestValidation.UnknownAsset();
        // Where no account says which asset is meant, the command does: its bounds are what the amount is within.
        (from, to) = (accounts.Resolve(from, asset), accounts.Resolve(to, asset));
        return new Transfer(
            key.Id, key.Fingerprint, caller.Tenant, caller.Holder, kind, from, to,
            request.Asset ?? (own is null || from.IsSystem && to.IsSystem ? asset : null), request.Amount, request.Reference, metadata.Text)
        { Grants = rules.GrantTransfers, TraceId = trace };
    }
}
