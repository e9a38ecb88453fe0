using System.Text.Json.Serialization;
using CreditSystem.Api.Access;
using CreditSystem.Api.Ledger;

namespace CreditSystem.Api.Features.Transfers;

/// <summary>Gives back what a transfer moved, to the very grants that it was drawn from.</summary>
/// <param name="Amount">How much, in minor units; by default all that has not been reversed yet.</param>
/// <param name="Reference">The caller's own name for the reversal, unique within the tenant.</param>
/// <param name="Metadata">Strings that are kept with the reversal, at most 1,024 bytes as JSON.</param>
public sealed record ReverseTransferRequest(
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Amount = null,
    string? Reference = null,
    SortedDictionary<string, string>? Metadata = null);

internal static class ReverseTransfer
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, string id)
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
        if (!RequestValidation.Details(request.Reference, request.Metadata).TryGet(out var metadata, out problem))
            return problem;

        var command = new Ledger.Model.ReverseTransfer(
            key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, transfer, request.Amount, request.Reference, metadata.Text);
        return await LedgerResults.ExecuteAsync(context, ledger, command, CreateTransfer.Accepted);
    }
}
