using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Holds;

internal static class PlaceHold
{
    private const string Route = "/v1/holds";
    private const int MaxSeconds = 366 * 86_400;

    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger, IOptions<LedgerOptions> options, TimeProvider time)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, LedgerJson.Default.PlaceHoldRequest)).TryGet(out var request, out var problem))
            return problem;
        if (!IdempotencyKey.Of(context, caller, Route, request, LedgerJson.Default.PlaceHoldRequest).TryGet(out var key, out problem))
            return problem;
        var accounts = await KnownAccounts.FindAsync(ledger, options.Value, caller.Tenant, [request.Account, request.To], context.RequestAborted);
        return ToCommand(request, caller, key, accounts, options.Value, time.GetUtcNow()).TryGet(out var command, out problem)
            ? await LedgerResults.ExecuteAsync(context, ledger, command, Accepted)
            : await LedgerResults.RefuseAsync(context, ledger, caller, key, problem, Accepted);
    }

    private static IResult Accepted(LedgerRecord record) =>
        TypedResults.Created($"/v1/holds/{record.Command.Id}", HoldResponse.Of(record.Hold!, record));

    private static Checked<Ledger.Commands.PlaceHold> ToCommand(PlaceHoldRequest request, Caller caller, IdempotencyKey key, KnownAccounts accounts, LedgerOptions options, DateTimeOffset now)
    {
        if (!RequestValidation.HolderAccount("account", request.Account).TryGet(out var account, out var problem))
            return problem;
        if (!RequestValidation.Account("to", request.To ?? SystemAccount.Revenue.ToCode()).TryGet(out var destination, out problem))
            return problem;
        if (!ExpiryOf(request, options, now).TryGet(out var expiresAt, out problem))
            return problem;
        if (!RequestValidation.Details(request.Reference, request.Metadata).TryGet(out var metadata, out problem))
            return problem;
        var own = accounts.AssetOf(account);
        var asset = own ?? accounts.DefaultAsset;
        if (!accounts.Within(asset, request.Amount).TryGet(out var rules, out problem))
            return problem;
        return new Ledger.Commands.PlaceHold(
            key.Id, key.Fingerprint, caller.Tenant, caller.OwnAccountsOnly ? caller.Principal : null,
            account.Id, accounts.Resolve(destination, asset), request.Amount, expiresAt, request.Reference, metadata.Text)
        { Asset = own is null ? asset : null, Grants = rules.GrantTransfers };
    }

    private static Checked<long> ExpiryOf(PlaceHoldRequest request, LedgerOptions options, DateTimeOffset now)
    {
        if (request is { ExpiresAt: not null, ExpiresInSeconds: not null })
            return Refusal.BadRequest("invalid_expires_at", "Give expires_at or expires_in_seconds, not both.");
        if (request.ExpiresInSeconds is < 1 or > MaxSeconds || request.ExpiresAt > now.AddSeconds(MaxSeconds))
            return Refusal.BadRequest("invalid_expires_at", $"A hold lasts from 1 to {MaxSeconds} seconds.");
        // The ledger decides whether it is past: by the time of the block, not of this replica.
        return (request.ExpiresAt ?? now.AddSeconds(request.ExpiresInSeconds ?? options.DefaultHoldSeconds)).ToUnixTimeMilliseconds();
    }
}
