using CreditSystem.Api.SecurityAudit;
using CreditSystem.Ledger.Commands.Accounts;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>Changes an account. What is absent stays as it is.</summary>
/// <param name="Reason">Why, for those who look into it later.</param>
/// <param name="DisplayName">What people are to call it; an empty text for nothing any more.</param>
/// <param name="Metadata">Members that replace those of the same names; an empty one removes it. All together at most 1,024 bytes as
/// JSON.</param>
/// <param name="CreditLimit">How far it may be overdrawn from now on, in minor units; not less than it is overdrawn already.</param>
public sealed record ChangeAccountRequest(
    string Reason,
    string? DisplayName = null,
    SortedDictionary<string, string>? Metadata = null,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? CreditLimit = null);

internal static class ChangeAccountEndpoint
{
    private const int MaxReasonLength = 500;

    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalKey] KeyedRequest<ChangeAccountRequest> request, CreditLedger ledger, SecurityAuditNote audit, string id)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (!RequestValidation.TryParseId(id, out var account))
            return ApiProblems.NotFound("account");
        if (caller.OwnAccountsOnly)
            return ApiProblems.Create(StatusCodes.Status403Forbidden, "not_own_account", "A user does not change accounts.");
        if (RequestValidation.Text("reason", body.Reason, MaxReasonLength, required: true) is { } invalid)
            return invalid;
        if (body is { DisplayName: null, Metadata: null, CreditLimit: null })
            return ApiProblems.BadRequest(ProblemCodes.Malformed, "Give display_name, metadata or credit_limit.");
        if (body.DisplayName is { Length: > 0 } && RequestValidation.DisplayName(body.DisplayName) is { } unfit)
            return unfit;
        if (body.CreditLimit < 0)
            return ApiProblems.BadRequest("invalid_credit_limit", "credit_limit must not be negative.");
        if (!RequestValidation.Metadata(body.Metadata).TryGet(out var metadata, out var problem))
            return problem;
        audit.EnrichAudit(target: id);
        var command = new ChangeAccount(
            key.Id, key.Fingerprint, caller.Tenant, account, body.DisplayName, metadata.Text, body.CreditLimit, body.Reason);
        return await ledger.CommitAsync(request, command) is var committed && committed.TryGet(out var record, out problem)
            ? TypedResults.Ok(AccountResponse.From(await StateAfterAsync(ledger, record)))
            : problem!;
    }

    // As it was after the change, whatever has become of it since: a retry is answered the same.
    private static async Task<AccountState> StateAfterAsync(CreditLedger ledger, LedgerRecord record)
    {
        var entry = record.Postings[0].Entries[0];
        var known = await ledger.FindKnownAsync(record.Command.Tenant, [entry.Account], CancellationToken.None);
        var terms = entry.Terms!;
        return known[entry.Account] with
        {
            CreditLimit = terms.CreditLimit,
            DisplayName = terms.DisplayName,
            Metadata = terms.Metadata,
        };
    }
}
