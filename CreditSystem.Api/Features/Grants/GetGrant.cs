using CreditSystem.Ledger.Commands;

namespace CreditSystem.Api.Features.Grants;

internal static class GetGrant
{
    public static async Task<Results<Ok<GrantResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, FoundGrant grants, string id, CancellationToken cancellationToken) =>
        RequestValidation.TryParseId(id, out var grant)
        && await ledger.FindRecordAsync(caller.Tenant, grant, cancellationToken) is { Accepted: true, Command: IssueGrant issue } issued
        && issue.Id == grant
        // Finding the account settles what is due on it, this grant included.
        && await ledger.FindAccountAsync(caller.Tenant, issue.Account, linearizable: false) is { } account
        && (!caller.OwnAccountsOnly || account.Holder == caller.Principal)
            ? TypedResults.Ok((await grants.ReadAsync([issued], AccountsOf(account), cancellationToken))[0])
            : ApiProblems.NotFound("grant");

    private static Dictionary<Guid, AccountState> AccountsOf(AccountState account) => new() { [account.Id] = account };
}
