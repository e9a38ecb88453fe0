using System.ComponentModel;
using System.Globalization;
using CreditSystem.Ledger.History;

namespace CreditSystem.Api.Features.Accounts;

internal static class GetBalance
{
    public static async Task<Results<Ok<BalanceResponse>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, AccountLookup accounts, TimeProvider time, [AsParameters] AccountQuery query,
        [Description("A time in the past, RFC 3339: the balances as they were then, without pending and available.")] string? at,
        CancellationToken cancellationToken)
    {
        if (!Timestamp.TryParse(at, out var moment))
            return Timestamp.Invalid("at");
        if (!(await accounts.FindAsync(caller, query)).TryGet(out var account, out var problem))
            return problem;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (moment is not { } past || past >= now)
            return TypedResults.Ok(BalanceResponse.From(account, now));
        // A system account was there, and empty, before it was first used.
        if (past < account.OpenedAt && !account.IsSystem)
            return ApiProblems.Create(
                StatusCodes.Status404NotFound, "account_not_found",
                string.Create(CultureInfo.InvariantCulture, $"The account was opened at {WireNames.Time(account.OpenedAt):O}."));

        using var turn = await ledger.HistoryTurns.EnterAsync(cancellationToken);
        var then = await ledger.BalanceAtAsync(account, past, cancellationToken);
        // What was pending and available then would need the grants of then; what was posted and held is in the entry.
        return TypedResults.Ok(new BalanceResponse(
            account.Id, account.Asset, then.Posted, then.Held, null, account.CreditLimit, then.Debt, null, then.Sequence,
            WireNames.Time(past)));
    }
}
