using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Audit;

internal static class GetInvariants
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger)
    {
        var report = await ledger.Verification.InvariantsAsync(context.GetCaller().Tenant, context.RequestAborted);
        return TypedResults.Json(
            new InvariantsResponse(
                report.Holds, report.Block, report.Block == 0 ? null : Codes.Time(report.At), report.Accounts,
                [.. report.Checks.Select(check => new InvariantResult(check.Name, check.Holds, check.Finding?.Detail, check.Finding?.Account, check.Finding?.Block))]),
            LedgerJson.Default.InvariantsResponse);
    }
}
