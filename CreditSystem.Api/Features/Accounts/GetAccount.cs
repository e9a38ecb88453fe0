namespace CreditSystem.Api.Features.Accounts;

internal static class GetAccount
{
    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, AccountLookup accounts, [AsParameters] AccountQuery query) =>
        (await accounts.FindAsync(caller, query)).Answer(account => TypedResults.Ok(AccountResponse.From(account)));
}
