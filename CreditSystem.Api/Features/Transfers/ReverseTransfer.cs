using System.Text.Json.Serialization;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Transfers;

/// <summary>Gives back what a transfer moved, to the very grants that it was drawn from; `returned` in the answer says what became of it.</summary>
/// <param name="Amount">How much, in minor units; by default all that has not been reversed yet.</param>
/// <param name="Expired">What to do where a grant that had paid has expired: restore (it goes to breakage at once), extend (it comes back for as long as the grant had lasted) or refuse; by default what is set for the asset.</param>
/// <param name="Reference">The caller's own name for the reversal, unique among a user's own or among those of the tenant's programs.</param>
/// <param name="Metadata">Strings that are kept with the reversal, at most 1,024 bytes as JSON.</param>
public sealed record ReverseTransferRequest(
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Amount = null,
    string? Expired = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null);

internal static class ReverseTransfer
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, IOptions<LedgerOptions> options, string id)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadOptionalAsync(context.Request, LedgerJson.Default.ReverseTransferRequest, new())).TryGet(out var request, out var problem))
            return problem;
        if (!Guid.TryParseExact(id, "D", out var transfer))
            return Refusal.NotFound("transfer");
        if (!IdempotencyKey.Of(context, caller, $"/v1/transfers/{transfer}/reverse", request, LedgerJson.Default.ReverseTransferRequest).TryGet(out var key, out problem))
            return problem;
        if (RequestValidation.Positive("amount", request.Amount) is { } bounds)
            return bounds;
        if (!PolicyOf(request.Expired).TryGet(out var policy, out problem))
            return problem;
        if (!RequestValidation.Details(request.Reference, request.Metadata).TryGet(out var metadata, out problem))
            return problem;

        var command = new Ledger.Commands.ReverseTransfer(
            key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, transfer, request.Amount, request.Reference, metadata.Text);
        if (await AssetOfAsync(context, ledger, caller, transfer) is { } asset && options.Value.Asset(caller.Tenant, asset) is { } rules)
            command = command with { Policy = policy ?? rules.Reversals, Grants = rules.GrantTransfers };
        return await LedgerResults.ExecuteAsync(context, ledger, command, CreateTransfer.Accepted);
    }

    // A transfer's asset never changes, so what this replica knows will do, if it knows the transfer.
    private static async Task<string?> AssetOfAsync(HttpContext context, CreditLedger ledger, Caller caller, Guid transfer)
    {
        var record = await ledger.PartitionOf(caller.Tenant).FindRecordAsync(transfer, context.RequestAborted)
            ?? await ledger.FindRecordAsync(caller.Tenant, transfer, context.RequestAborted);
        return record is { Postings: [var posting, ..] } && record.Command.Tenant == caller.Tenant ? posting.Asset : null;
    }

    private static Checked<ReversalPolicy?> PolicyOf(string? expired) => expired switch
    {
        null => default(ReversalPolicy?),
        "restore" => ReversalPolicy.Restore,
        "extend" => ReversalPolicy.Extend,
        "refuse" => ReversalPolicy.Refuse,
        _ => Refusal.BadRequest("invalid_expired", "expired must be restore, extend or refuse."),
    };
}
