using CreditSystem.Api.Access;
using CreditSystem.Api.Ledger;

namespace CreditSystem.Api.Features.Audit;

internal static class VerifyChain
{
    public static async Task<IResult> HandleAsync(HttpContext context, CreditLedger ledger)
    {
        var report = await ledger.VerifyAsync(context.GetCaller().Tenant, context.RequestAborted);
        return TypedResults.Json(
            new ChainResponse(report.Intact, report.Blocks, Convert.ToHexStringLower(report.HeadHash), report.BrokenBlock, report.Problem),
            LedgerJson.Default.ChainResponse);
    }
}
