using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>The account that a route names, as far as the caller may see it.</summary>
internal static class AccountLookup
{
    /// <returns>404 also for an account of another tenant, or of another holder where the caller is a user.</returns>
    public static async Task<Checked<AccountState>> FindAsync(HttpContext context, CreditLedger ledger, AccountQuery query)
    {
        var caller = context.GetCaller();
        if (query.Consistency is not (null or "strong" or "eventual"))
            return Refusal.BadRequest("invalid_consistency", "consistency must be strong or eventual.");
        if (!RequestValidation.TryParseAccount(query.Id, out var reference))
            return Refusal.NotFound("account");
        var options = context.RequestServices.GetRequiredService<IOptions<LedgerOptions>>().Value;
        var asset = query.Asset ?? options.DefaultAsset;
        if (options.Asset(caller.Tenant, asset) is null)
            return RequestValidation.UnknownAsset();
        var id = reference.IsSystem ? LedgerId.ForSystemAccount(caller.Tenant, reference.System, asset) : reference.Id;
        var account = await ledger.FindAccountAsync(caller.Tenant, id, linearizable: query.Consistency != "eventual");
        return account is null || caller.OwnAccountsOnly && (account.IsSystem || account.Holder != caller.Principal)
            ? Refusal.NotFound("account")
            : account;
    }
}
