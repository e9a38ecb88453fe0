using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Holds;

internal static class PlaceHoldEndpoint
{
    private const int MaxSeconds = 366 * 86_400;

    public static async Task<Results<Created<HoldResponse>, ProblemHttpResult>> HandleAsync(
        KeyedRequest<PlaceHoldRequest> request, CreditLedger ledger, IOptions<LedgerOptions> options, TimeProvider time)
    {
        var (tenant, body) = (request.Caller.Tenant, request.Body);
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, tenant, [body.Account, body.To], request.Aborted);
        var command = ToCommand(request, accounts, options.Value, time.GetUtcNow());
        return (await ledger.CommitAsync(request, command)).Answer(record =>
            TypedResults.Created($"/v1/holds/{record.Command.Id}", HoldResponse.From(record.Hold!, record)));
    }

    private static Validated<PlaceHold> ToCommand(
        KeyedRequest<PlaceHoldRequest> request, KnownAccounts accounts, LedgerOptions options, DateTimeOffset now)
    {
        var (caller, body, key) = (request.Caller, request.Body, request.Key);
        if (!RequestValidation.HolderAccount("account", body.Account).TryGet(out var account, out var problem))
            return problem;
        if (!RequestValidation.Account("to", body.To ?? SystemAccount.Revenue.ToCode()).TryGet(out var destination, out problem))
            return problem;
        if (!ExpiryOf(body, options, now).TryGet(out var expiresAt, out problem))
            return problem;
        if (!RequestValidation.Details(body.Reference, body.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var own = accounts.AssetOf(account);
        var asset = own ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, body.Amount).TryGet(out var rules, out problem))
            return problem;
        return new PlaceHold(
            key.Id, key.Fingerprint, caller.Tenant, caller.Holder,
            account.Id, accounts.Resolve(destination, asset), body.Amount, expiresAt, body.Reference, metadata.Text)
        { Asset = own is null ? asset : null, Grants = rules.GrantTransfers };
    }

    private static Validated<long> ExpiryOf(PlaceHoldRequest request, LedgerOptions options, DateTimeOffset now)
    {
        if (request is { ExpiresAt: not null, ExpiresInSeconds: not null })
            return ApiProblems.BadRequest("invalid_expires_at", "Give expires_at or expires_in_seconds, not both.");
        if (request.ExpiresInSeconds is < 1 or > MaxSeconds || request.ExpiresAt > now.AddSeconds(MaxSeconds))
            return ApiProblems.BadRequest("invalid_expires_at", $"A hold lasts from 1 to {MaxSeconds} seconds.");
        // The ledger decides whether it is past: by the time of the block, not of this replica.
        return (request.ExpiresAt ?? now.AddSeconds(request.ExpiresInSeconds ?? options.DefaultHoldSeconds)).ToUnixTimeMilliseconds();
    }
}
