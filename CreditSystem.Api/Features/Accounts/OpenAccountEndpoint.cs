using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>Opens the account of a holder in an asset.</summary>
/// <param name="Holder">Who holds it, as the tenant names its users. A user may only name itself.</param>
/// <param name="Asset">The asset; by default <c>credits</c>.</param>
/// <param name="CreditLimit">How far the account may be overdrawn, in minor units; by default 0.</param>
/// <param name="DisplayName">What people are to call it.</param>
/// <param name="Metadata">Strings that are kept with the account, at most 1,024 bytes as JSON.</param>
public sealed record OpenAccountRequest(
    string Holder,
    string? Asset = null,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long CreditLimit = 0,
    string? DisplayName = null,
    SortedDictionary<string, string>? Metadata = null);

internal static class OpenAccountEndpoint
{
    public static async Task<Results<Created<AccountResponse>, ProblemHttpResult>> HandleAsync(
        [OptionalKey] KeyedRequest<OpenAccountRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        var asset = body.Asset ?? options.Value.DefaultAsset;
        if (RequestValidation.Text("holder", body.Holder, RequestValidation.MaxNameLength, required: true) is { } invalid)
            return invalid;
        var holder = await HolderOfAsync(ledger, caller, body.Holder, asset, request.Aborted);
        if (SystemAccounts.TryParse(holder, out _))
            return ApiProblems.BadRequest("invalid_holder", "This name belongs to a system account.");
        if (options.Value.Asset(caller.Tenant, asset) is null)
            return RequestValidation.UnknownAsset();
        if (body.CreditLimit < 0)
            return ApiProblems.BadRequest("invalid_credit_limit", "credit_limit must not be negative.");
        if (caller.OwnAccountsOnly && (holder != caller.Principal || body.CreditLimit != 0))
            return ApiProblems.Create(
                StatusCodes.Status403Forbidden, "not_own_account", "A user opens only its own account, without a credit limit.");
        if (body.DisplayName is not null && RequestValidation.DisplayName(body.DisplayName) is { } unfit)
            return unfit;
        if (!RequestValidation.Metadata(body.Metadata).TryGet(out var metadata, out var problem))
            return problem;

        var command = new OpenAccount(key.Id, key.Fingerprint, caller.Tenant, null, holder, asset, body.CreditLimit)
        {
            DisplayName = body.DisplayName,
            Metadata = metadata.Text,
        };
        return (await ledger.CommitAsync(request, command)).Answer(record =>
        {
            var account = AccountResponse.From(record.Opened[0]);
            return TypedResults.Created($"/v1/accounts/{account.Id}", account);
        });
    }

    /// <summary>
    /// The one form of the holder's name. A text that named an account before names were brought to one form names it still, and
    /// a user is named as its credential spells it.
    /// </summary>
    private static async Task<string> HolderOfAsync(
        CreditLedger ledger, RequestCaller caller, string given, string asset, CancellationToken cancellationToken)
    {
        var holder = Identifier.Normalize(given);
        if (caller.OwnAccountsOnly && holder == Identifier.Normalize(caller.Principal))
            return caller.Principal;
        if (holder == given)
            return holder;
        var earlier = LedgerId.ForAccount(caller.Tenant, given, asset);
        return (await ledger.FindKnownAsync(caller.Tenant, [earlier], cancellationToken)).Count > 0 ? given : holder;
    }
}
