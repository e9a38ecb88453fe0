using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Transfers;

/// <summary>
/// Gives back what a transfer moved, to the very grants that it was drawn from; `returned` in the answer says what became of it.
/// </summary>
/// <param name="Amount">How much, in minor units; by default all that has not been reversed yet.</param>
/// <param name="Expired">What to do where a grant that had paid has expired: restore (it goes to breakage at once), extend (it
/// comes back for as long as the grant had lasted) or refuse; by default what is set for the asset.</param>
/// <param name="Reference">The caller's own name for the reversal, unique among a user's own or among those of the tenant's
/// programs.</param>
/// <param name="Metadata">Strings that are kept with the reversal, at most 1,024 bytes as JSON.</param>
public sealed record ReverseTransferRequest(
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Amount = null,
    [property: AllowedValues("restore", "extend", "refuse")] string? Expired = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null);

internal static class ReverseTransferEndpoint
{
    public static async Task<Results<Created<TransferResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalBody] KeyedRequest<ReverseTransferRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options, string id)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (!RequestValidation.TryParseId(id, out var transfer))
            return ApiProblems.NotFound("transfer");
        if (RequestValidation.Positive("amount", body.Amount) is { } bounds)
            return bounds;
        if (!PolicyOf(body.Expired).TryGet(out var policy, out var problem))
            return problem;
        if (!RequestValidation.Details(body.Reference, body.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var command = new ReverseTransfer(
            key.Id, key.Fingerprint, caller.Tenant, caller.Holder, transfer, body.Amount, body.Reference, metadata.Text);
        if (await AssetOfAsync(ledger, caller, transfer, request.Aborted) is { } asset
            && options.Value.Asset(caller.Tenant, asset) is { } rules)
            command = command with { Policy = policy ?? rules.Reversals, Grants = rules.GrantTransfers };
        return (await ledger.CommitAsync(request, command)).Answer(CreateTransfer.Created);
    }

    // A transfer's asset never changes, so what this replica knows will do, if it knows the transfer.
    private static async Task<string?> AssetOfAsync(
        CreditLedger ledger, RequestCaller caller, Guid transfer, CancellationToken cancellationToken)
    {
        var record = await ledger.PartitionOf(caller.Tenant).FindRecordAsync(transfer, cancellationToken)
            ?? await ledger.FindRecordAsync(caller.Tenant, transfer, cancellationToken);
        return record is { Postings: [var posting, ..] } && record.Command.Tenant == caller.Tenant ? posting.Asset : null;
    }

    private static Validated<ReversalPolicy?> PolicyOf(string? expired) => expired switch
    {
        null => default(ReversalPolicy?),
        "restore" => ReversalPolicy.Restore,
        "extend" => ReversalPolicy.Extend,
        "refuse" => ReversalPolicy.Refuse,
        _ => ApiProblems.BadRequest("invalid_expired", "expired must be restore, extend or refuse."),
    };
}
