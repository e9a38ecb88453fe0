using System.ComponentModel;

namespace CreditSystem.Api.Features.Verification;

internal static class VerifyChain
{
    public static async Task<Ok<ChainVerificationResponse>> HandleAsync(
        RequestCaller caller, CreditLedger ledger, TimeProvider time,
        [Description("true: read the whole log again, from its first block. One log at a time is; others that ask meanwhile wait.")]
        bool? full,
        CancellationToken cancellationToken)
    {
        var report = await ledger.Verification.VerifyAsync(caller.Tenant, cancellationToken, full is true);
        return TypedResults.Ok(new ChainVerificationResponse(
            report.Intact, report.Blocks, Convert.ToHexStringLower(report.HeadHash), report.BrokenBlock, report.Problem,
            report.Full is { } last
                ? new FullVerificationResponse(last.At, (long)(time.GetUtcNow() - last.At).TotalSeconds, last.Blocks)
                : null));
    }
}
