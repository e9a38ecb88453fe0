using System.ComponentModel;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetStatement
{
    public static async Task<Results<Ok<StatementResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query,
        [Description("Where the period begins, RFC 3339, inclusive; by default when the account was opened.")] string? from,
        [Description("Where the period ends, RFC 3339, exclusive; by default now.")] string? to,
        CancellationToken cancellationToken) =>
        (await ReadAsync(caller, ledger, accounts, time, query, from, to, cancellationToken)).Answer(read => TypedResults.Ok(
            new StatementResponse(
                read.Account.Id, read.Account.Asset, WireNames.Time(read.From), WireNames.Time(read.To), read.Statement.Opening.Posted,
                read.Statement.Closing.Posted, read.Statement.Entries.Select(EntryResponse.From))));

    public static async Task<Results<CsvStatement, ProblemHttpResult>> HandleCsvAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query,
        [Description("Where the period begins, RFC 3339, inclusive; by default when the account was opened.")] string? from,
        [Description("Where the period ends, RFC 3339, exclusive; by default now.")] string? to,
        CancellationToken cancellationToken) =>
        (await ReadAsync(caller, ledger, accounts, time, query, from, to, cancellationToken))
            .Answer(read => new CsvStatement(read.Account, read.Statement));

    private static async Task<Validated<(AccountState Account, long From, long To, Statement Statement)>> ReadAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, TimeProvider time, AccountQuery query, string? from, string? to,
        CancellationToken cancellationToken)
    {
        if (!Timestamp.Period("from", from, "to", to).TryGet(out var period, out var problem)
            || !(await accounts.FindAsync(caller, query)).TryGet(out var account, out problem))
            return problem;
        // The last entry may be of this very millisecond, and the end is exclusive.
        var end = period.Until ?? Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds() + 1, account.OpenedAt);
        var first = period.From ?? Math.Min(account.OpenedAt, end);
        if (first > end)
            return ApiProblems.BadRequest("invalid_period", "from must not be after to.");
        return (account, first, end, await ledger.StatementAsync(account, first, end, cancellationToken));
    }
}
