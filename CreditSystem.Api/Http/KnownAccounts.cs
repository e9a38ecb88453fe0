namespace CreditSystem.Api.Http;

/// <summary>
/// The accounts that a request names by id, looked up before the request becomes commands: an account's own asset decides the
/// bounds of an amount and what its grants may do, whatever asset the request names or leaves out.
/// </summary>
internal sealed class KnownAccounts(LedgerOptions options, string tenant, Dictionary<Guid, AccountState> known)
{
    public static async Task<KnownAccounts> FindAsync(
        CreditLedger ledger, LedgerOptions options, string tenant, IEnumerable<string?> names, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        foreach (var name in names)
            if (RequestValidation.TryParseAccount(name, out var account) && !account.IsSystem)
                ids.Add(account.Id);
        return new KnownAccounts(options, tenant, await ledger.FindKnownAsync(tenant, ids, cancellationToken));
    }

    /// <summary>The asset of the first of the accounts that is known; null where none is.</summary>
    public string? AssetOf(params ReadOnlySpan<AccountRef> accounts)
    {
        foreach (var account in accounts)
            if (!account.IsSystem && known.TryGetValue(account.Id, out var found))
                return found.Asset;
        return null;
    }

    /// <summary>The account under the one name by which commands know it: a system account that was named by its id is named.</summary>
    public AccountRef Resolve(AccountRef account, string asset) =>
        !account.IsSystem && known.TryGetValue(account.Id, out var found) && found.IsSystem && found.Asset == asset
            ? AccountRef.To(found.System)
            : account;

    /// <summary>The rules of an asset for this tenant, once the amount is within its bounds.</summary>
    public Validated<AssetOptions> Within(string asset, long amount)
    {
        if (RequestValidation.Positive("amount", amount) is { } invalid)
            return invalid;
        if (options.Asset(tenant, asset) is not { } bounds)
            return RequestValidation.UnknownAsset();
        return RequestValidation.Bounds("amount", amount, bounds) is { } outside ? outside : bounds;
    }

    public string DefaultAsset => options.DefaultAsset;

    public bool IsAsset(string name) => options.Asset(tenant, name) is not null;
}
