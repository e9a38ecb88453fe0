using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("/accounts").WithTags("Accounts");
        accounts.MapPost("", OpenAccount.HandleAsync).RequireScope(Scope.AccountsWrite)
            .WithName("OpenAccount").WithSummary("Open an account")
            .Accepts<OpenAccountRequest>("application/json").Produces<AccountResponse>(StatusCodes.Status201Created)
            .ProducesMoneyProblems(keyRequired: false);

        var reads = accounts.MapGroup("/{id}").RequireScope(Scope.AccountsRead).ProducesReadProblems();
        reads.MapGet("", GetAccount.HandleAsync).WithName("GetAccount").WithSummary("Read an account").Produces<AccountResponse>();
        reads.MapGet("/balance", GetBalance.HandleAsync).WithName("GetBalance").WithSummary("Read the balances of an account, now or at a time in the past").Produces<BalanceResponse>();
        reads.MapGet("/entries", ListEntries.HandleAsync).WithName("ListEntries").WithSummary("List the entries of an account, newest first").Produces<EntryPage>();
        reads.MapGet("/statement", GetStatement.HandleAsync).WithName("GetStatement").WithSummary("Read a statement of account, as JSON or CSV")
            .Produces<StatementResponse>(StatusCodes.Status200OK, "application/json", CsvStatement.ContentType).WithRequestTimeout(LongRead.Policy);
    }
}
