using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Grants;

internal static class IssueGrant
{
    private const string Route = "/v1/grants";

    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, LedgerJson.Default.IssueGrantRequest)).TryGet(out var request, out var problem))
            return problem;
        if (!IdempotencyKey.Of(context, caller, Route, request, LedgerJson.Default.IssueGrantRequest).TryGet(out var key, out problem))
            return problem;
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, caller.Tenant, [request.Account], context.RequestAborted);
        return ToCommand(request, caller, key, accounts).TryGet(out var command, out problem)
            ? await LedgerResults.ExecuteAsync(context, ledger, command, Accepted)
            : await LedgerResults.RefuseAsync(context, ledger, caller, key, problem, Accepted);
    }

    private static IResult Accepted(LedgerRecord record) =>
        TypedResults.Json(GrantResponse.Issued(record), LedgerJson.Default.GrantResponse, statusCode: StatusCodes.Status201Created);

    private static Checked<Ledger.Commands.IssueGrant> ToCommand(IssueGrantRequest request, Caller caller, IdempotencyKey key, KnownAccounts accounts)
    {
        if (!RequestValidation.HolderAccount("account", request.Account).TryGet(out var account, out var problem))
            return problem;
        if (!SourceOf(request).TryGet(out var source, out problem))
            return problem;
        if (request.Priority is < LotTerms.HighestPriority or > LotTerms.LowestPriority)
            return Refusal.BadRequest("invalid_priority", $"priority must be between {LotTerms.HighestPriority} and {LotTerms.LowestPriority}.");
        if (!RequestValidation.Details(request.Reference, request.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var own = accounts.AssetOf(account);
        var asset = own ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, request.Amount).TryGet(out _, out problem))
            return problem;
        // An expiry in the past, or not after the effective time, is the ledger's to refuse: it has the time of the block.
        return new Ledger.Commands.IssueGrant(
            key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null, account.Id, request.Amount, source, request.Priority,
            request.Promotional, request.EffectiveAt?.ToUnixTimeMilliseconds(), request.ExpiresAt?.ToUnixTimeMilliseconds(), request.Reference, metadata.Text)
        { Asset = own is null ? asset : null };
    }

    private static Checked<SystemAccount> SourceOf(IssueGrantRequest request)
    {
        if (request.Source is null)
            return request.Promotional ? SystemAccount.Promo : SystemAccount.Issuance;
        return SystemAccounts.TryParse(request.Source, out var source)
            && source is SystemAccount.Issuance or SystemAccount.Promo or SystemAccount.StripeClearing or SystemAccount.Adjustments
            ? source
            : Refusal.BadRequest("invalid_source", "source must be issuance, promo, stripe_clearing or adjustments.");
    }
}
