namespace CreditSystem.Api.Features.Verification;

/// <summary>
/// <c>POST /ledger/check</c> among the <see cref="Operations.OperationsEndpoints"/>: adds up all logs and recomputes their chains from
/// the first block, for those who run the installation.
/// </summary>
internal static class CheckLedger
{
    public static void MapLedgerCheck(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/ledger/check", HandleAsync).WithRequestTimeout(LongRead.Policy);

    private const int MostFindings = 100;

    private static async Task<Ok<LedgerCheckResponse>> HandleAsync(CreditLedger ledger, CancellationToken cancellationToken)
    {
        var audit = await ledger.Verification.VerifyAllAsync(fullAfter: TimeSpan.Zero, cancellationToken);
        var findings = audit.Findings.Take(MostFindings)
            .Select(found => new LedgerFinding(
                found.Partition, found.Finding.Check, found.Finding.Tenant, found.Finding.Account, found.Finding.Block,
                found.Finding.Detail));
        return TypedResults.Ok(new LedgerCheckResponse(audit.Violations, audit.BrokenChains, [.. findings]));
    }
}
