using System.ComponentModel;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Http;
using CreditSystem.Ledger;

namespace CreditSystem.Api.Features.Audit;

internal static class VerifyChain
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, CreditLedger ledger, TimeProvider time,
        [Description("true: read the whole log again, from its first block. One log at a time is; whoever asks meanwhile waits for its turn.")] bool? full)
    {
        var report = await ledger.Verification.VerifyAsync(context.GetCaller().Tenant, context.RequestAborted, full is true);
        return TypedResults.Json(
            new ChainResponse(
                report.Intact, report.Blocks, Convert.ToHexStringLower(report.HeadHash), report.BrokenBlock, report.Problem,
                report.Full is { } last ? new FullVerificationResponse(last.At, (long)(time.GetUtcNow() - last.At).TotalSeconds, last.Blocks) : null),
            LedgerJson.Default.ChainResponse);
    }
}
