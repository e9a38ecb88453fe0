using System.ComponentModel;
using CreditSystem.Ledger;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetStatement
{
    public static async Task<Results<Ok<StatementResponse>, CsvStatement, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query,
        [Description("Where the period begins, RFC 3339, inclusive; by default when the account was opened.")] string? from,
        [Description("Where the period ends, RFC 3339, exclusive; by default now.")] string? to,
        [Description("json (default) or csv.")] string? format,
        CancellationToken cancellationToken)
    {
        if (format is not (null or "json" or "csv"))
            return ApiProblems.BadRequest("invalid_format", "format must be json or csv.");
        if (!Timestamp.TryParse(from, out var first))
            return Timestamp.Invalid("from");
        if (!Timestamp.TryParse(to, out var end))
            return Timestamp.Invalid("to");
        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out var problem))
            return problem;
        // The last entry may be of this very millisecond, and the end is exclusive.
        end ??= Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds() + 1, account.OpenedAt);
        first ??= Math.Min(account.OpenedAt, end.Value);
        if (first > end)
            return ApiProblems.BadRequest("invalid_period", "from must not be after to.");

        var statement = await ledger.StatementAsync(account, first.Value, end.Value, cancellationToken);
        if (format == "csv")
            return new CsvStatement(account, statement);
        return TypedResults.Ok(new StatementResponse(
            account.Id, account.Asset, WireNames.Time(first.Value), WireNames.Time(end.Value), statement.Opening.Posted,
            statement.Closing.Posted,
            statement.Entries.Select(EntryResponse.From)));
    }
}
