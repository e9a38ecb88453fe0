namespace CreditSystem.Api.Features.Verification;

internal static class GetInvariants
{
    public static async Task<Ok<LedgerChecksResponse>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, CancellationToken cancellationToken)
    {
        var report = await ledger.Verification.InvariantsAsync(caller.Tenant, cancellationToken);
        return TypedResults.Ok(new LedgerChecksResponse(
            report.Holds, report.Block, report.Block == 0 ? null : WireNames.Time(report.At), report.Accounts,
            [.. report.Checks.Select(check =>
                new InvariantResult(check.Name, check.Holds, check.Finding?.Detail, check.Finding?.Account, check.Finding?.Block))]));
    }
}
