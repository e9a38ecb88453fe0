using CreditSystem.Api.Ledger;

namespace CreditSystem.Api.Features.Audit;

/// <summary>
/// <c>POST /ledger/check</c> on the management port alone: adds up all logs and recomputes their chains now. Two numbers
/// without a name of a tenant, for whoever operates the service.
/// </summary>
internal static class CheckLedger
{
    public static void MapLedgerCheck(this WebApplication app)
    {
        if (app.Configuration.GetValue<int?>("Management:Port") is { } port)
            app.MapPost("/ledger/check", (HttpContext context, CreditLedger ledger) => HandleAsync(context, port, ledger)).AllowAnonymous().ExcludeFromDescription().WithRequestTimeout(LongRead.Policy);
    }

    // The port that the connection came in on, not the one that the client's Host header names.
    private static async Task<IResult> HandleAsync(HttpContext context, int port, CreditLedger ledger) => context.Connection.LocalPort == port
        ? TypedResults.Json(await ledger.AuditAsync(fromTheStart: true, context.RequestAborted), LedgerJson.Default.LedgerAudit)
        : TypedResults.NotFound();
}
