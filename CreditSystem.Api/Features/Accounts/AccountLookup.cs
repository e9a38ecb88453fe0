namespace CreditSystem.Api.Features.Accounts;

/// <summary>The account that a route names, as far as the caller may see it.</summary>
internal sealed class AccountLookup(CreditLedger ledger, IOptions<LedgerOptions> options, TimeProvider time)
{
    /// <returns>404 also for an account of another tenant, or of another holder where the caller is a user.</returns>
    public async Task<Validated<AccountState>> FindAsync(RequestCaller caller, AccountQuery query)
    {
        if (query.Consistency is not (null or "strong" or "eventual"))
            return ApiProblems.BadRequest("invalid_consistency", "consistency must be strong or eventual.");
        if (!RequestValidation.TryParseAccount(query.Id, out var reference))
            return ApiProblems.NotFound("account");
        var asset = query.Asset ?? options.Value.DefaultAsset;
        if (options.Value.Asset(caller.Tenant, asset) is null)
            return RequestValidation.UnknownAsset();

        var id = reference.IsSystem ? LedgerId.ForSystemAccount(caller.Tenant, reference.System, asset) : reference.Id;
        var account = await ledger.FindAccountAsync(caller.Tenant, id, linearizable: query.Consistency != "eventual")
            ?? Unused(caller.Tenant, id);
        return account is null || caller.OwnAccountsOnly && (account.IsSystem || account.Holder != caller.Principal)
            ? ApiProblems.NotFound("account")
            : account;
    }

    /// <summary>Every tenant has its system accounts; the ledger knows of one from its first entry.</summary>
    private AccountState? Unused(string tenant, Guid id)
    {
        foreach (var asset in options.Value.AssetsOf(tenant))
            foreach (var system in SystemAccounts.All)
                if (LedgerId.ForSystemAccount(tenant, system, asset) == id)
                    return AccountState.OfSystem(tenant, system, asset, time.GetUtcNow().ToUnixTimeMilliseconds());
        return null;
    }
}
