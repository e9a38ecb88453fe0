using CreditSystem.Api.Access;
using CreditSystem.Api.Ledger;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Features.Accounts;

/// <summary>The account that a route names, as far as the caller may see it.</summary>
internal static class AccountLookup
{
    /// <param name="context">The request.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="id">The id of an account, or the name of a system account (then <c>?asset=</c> says in which asset).</param>
    /// <returns>404 also for an account of another tenant, or of another holder where the caller is a user.</returns>
    public static async Task<Checked<AccountState>> FindAsync(HttpContext context, CreditLedger ledger, string id)
    {
        var caller = context.GetCaller();
        var eventual = context.Request.Query["consistency"] == "eventual";
        if (!RequestValidation.TryParseAccount(id, out var reference))
            return Refusal.NotFound("account");
        var accountId = reference.IsSystem
            ? LedgerId.ForSystemAccount(caller.Tenant, reference.System, (string?)context.Request.Query["asset"] ?? "credits")
            : reference.Id;
        var account = await ledger.FindAccountAsync(caller.Tenant, accountId, linearizable: !eventual);
        return account is null || caller.OwnAccountsOnly && (account.IsSystem || account.Holder != caller.Principal)
            ? Refusal.NotFound("account")
            : account;
    }
}
