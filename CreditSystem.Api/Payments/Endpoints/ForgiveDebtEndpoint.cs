using CreditSystem.Api.SecurityAudit;
using CreditSystem.Ledger.Commands.Receivables;

namespace CreditSystem.Api.Payments.Endpoints;

internal static class ForgiveDebtEndpoint
{
    private const int MaxReasonLength = 500;

    public static async Task<Results<Created<ForgivenDebtResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<ForgiveDebtRequest> request, string id, CreditLedger ledger, SecurityAuditNote audit)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (!RequestValidation.TryParseId(id, out var account))
            return ApiProblems.NotFound("account");
        if ((RequestValidation.Text("reason", body.Reason, MaxReasonLength, required: true)
            ?? RequestValidation.Positive("amount", body.Amount)) is { } invalid)
            return invalid;
        audit.EnrichAudit(target: id);
        var command = new ForgiveDebt(key.Id, key.Fingerprint, caller.Tenant, account, body.Amount, body.Reason);
        return (await ledger.CommitAsync(request, command)).Answer(record =>
        {
            var posting = record.Postings[0];
            return TypedResults.Created($"/v1/transfers/{posting.Id}", new ForgivenDebtResponse(
                posting.Id, account, posting.Entries[0].Debt?.Amount ?? 0, body.Reason, record.Block, WireNames.Time(record.At)));
        });
    }
}
