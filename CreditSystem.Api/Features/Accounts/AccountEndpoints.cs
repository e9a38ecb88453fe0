namespace CreditSystem.Api.Features.Accounts;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("/accounts").WithTags("Accounts");
        accounts.MapPost("", OpenAccountEndpoint.HandleAsync).RequireScope(Scope.AccountsWrite).ProducesWriteProblems()
            .WithName("OpenAccount").WithSummary("Open an account");

        accounts.MapPatch("/{id}", ChangeAccountEndpoint.HandleAsync).RequireScope(Scope.AccountsWrite).ProducesWriteProblems()
            .WithName("ChangeAccount").WithSummary("Change the display name, the metadata or the credit limit of an account");

        var reads = accounts.MapGroup("/{id}").RequireScope(Scope.AccountsRead).ProducesReadProblems();
        reads.MapGet("", GetAccount.HandleAsync).WithName("GetAccount").WithSummary("Read an account");
        reads.MapGet("/balance", GetBalance.HandleAsync).WithName("GetBalance")
            .WithSummary("Read the balances of an account, now or at a time in the past");
        reads.MapGet("/entries", ListEntries.HandleAsync).AddEndpointFilter<HistoryTurnFilter>().WithName("ListEntries")
            .WithSummary("List the entries of an account, newest first");
        reads.MapGet("/statement", GetStatement.HandleAsync).AddEndpointFilter<HistoryTurnFilter>().WithName("GetStatement")
            .WithSummary("Read a statement of account").WithRequestTimeout(LongRead.Policy);
        // Rows are no JSON type.
        reads.MapGet("/statement.csv", GetStatement.HandleCsvAsync).AddEndpointFilter<HistoryTurnFilter>().WithName("GetStatementCsv")
            .WithSummary("Read a statement of account as CSV (RFC 4180)")
            .Produces<string>(StatusCodes.Status200OK, CsvStatement.ContentType).WithRequestTimeout(LongRead.Policy);
    }
}
