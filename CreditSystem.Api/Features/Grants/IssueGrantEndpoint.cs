using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Grants;

internal static class IssueGrantEndpoint
{
    public static async Task<Results<Created<GrantResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<IssueGrantRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options)
    {
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, request.Caller.Tenant, [request.Body.Account], request.Aborted);
        return (await ledger.CommitAsync(request, ToCommand(request, accounts))).Answer(record =>
            TypedResults.Created((string?)null, GrantResponse.Issued(record)));
    }

    private static Validated<IssueGrant> ToCommand(KeyedRequest<IssueGrantRequest> request, KnownAccounts accounts)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (!RequestValidation.HolderAccount("account", body.Account).TryGet(out var account, out var problem))
            return problem;
        if (!SourceOf(body).TryGet(out var source, out problem))
            return problem;
        if (body.Priority is < LotTerms.HighestPriority or > LotTerms.LowestPriority)
            return ApiProblems.BadRequest(
                "invalid_priority", $"priority must be between {LotTerms.HighestPriority} and {LotTerms.LowestPriority}.");
        if (!DebtOf(body.Debt).TryGet(out var debt, out problem))
            return problem;
        if (!RequestValidation.Details(body.Reference, body.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var own = accounts.AssetOf(account);
        var asset = own ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, body.Amount).TryGet(out _, out problem))
            return problem;
        // An expiry in the past, or not after the effective time, is the ledger's to refuse: it has the time of the block.
        return new IssueGrant(
            key.Id, key.Fingerprint, caller.Tenant, caller.Holder, account.Id, body.Amount, source, body.Priority, body.Promotional,
            body.EffectiveAt?.ToUnixTimeMilliseconds(), body.ExpiresAt?.ToUnixTimeMilliseconds(), body.Reference, metadata.Text)
        { Asset = own is null ? asset : null, Debt = debt };
    }

    private static Validated<GrantDebt> DebtOf(string? debt) => debt switch
    {
        null or "paid_only" => GrantDebt.PaidOnly,
        "always" => GrantDebt.Always,
        "never" => GrantDebt.Never,
        _ => ApiProblems.BadRequest("invalid_debt", "debt must be paid_only, always or never."),
    };

    private static Validated<SystemAccount> SourceOf(IssueGrantRequest request)
    {
        if (request.Source is null)
            return request.Promotional ? SystemAccount.Promo : SystemAccount.Issuance;
        return SystemAccounts.TryParse(request.Source, out var source)
            && source is SystemAccount.Issuance or SystemAccount.Promo or SystemAccount.StripeClearing or SystemAccount.Adjustments
            ? source
            : ApiProblems.BadRequest("invalid_source", "source must be issuance, promo, stripe_clearing or adjustments.");
    }
}
