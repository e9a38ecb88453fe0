using CreditSystem.Cli.Administration;

namespace CreditSystem.Cli.Payments;

/// <summary>
/// <c>payments reconcile</c>: asks the API that runs to compare all payments, refunds and disputes of the provider with the ledger.
/// Exit code 0 when they agree.
/// </summary>
internal static class PaymentsReconcileCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private static readonly Option<string?> Api = ManagementApi.CreateOption();
    private static readonly Option<string?> From = new("--from") { Description = "RFC 3339; by default a day before --to" };
    private static readonly Option<string?> To = new("--to") { Description = "RFC 3339; by default now" };

    internal sealed record Difference(
        string Kind, string Tenant, string? Payment, string? Transfer, string? Account, IReadOnlyList<string> Objects, string Expected,
        string Actual);

    internal static Command Create(CommandHost host) => CommandSession.CreateCommand(
        host, "reconcile", "Compare the payments, refunds and disputes of the payment provider with the ledger", RunAsync, Api, From, To);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var report = await ManagementApi.GetAsync(
            session, session.Parsed.GetValue(Api), PathOf(session.Parsed), Timeout, cancellationToken);
        var differences = report["differences"]?.AsArray().Select(Read).ToList() ?? [];
        if (!session.Parsed.GetValue(CommandOutput.Json))
            await session.Parsed.InvocationConfiguration.Output.WriteLineAsync(
                $"{report["payments"]} payments with {report["refunds"]} refunds and {report["disputes"]} disputes, {report["purchases"]} "
                    + $"purchases of the ledger, from {report["from"]} to {report["to"]}: {differences.Count} differences.");
        session.Parsed.WriteRows(
            differences, ["Kind", "Tenant", "Payment", "Transfer", "Expected", "Ledger", "About"],
            found => [found.Kind, found.Tenant, found.Payment ?? "", found.Transfer ?? "", found.Expected, found.Actual,
                string.Join(", ", found.Objects)]);
        return differences.Count == 0 ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }

    private static string PathOf(ParseResult parsed) =>
        $"payments/reconciliation?{string.Join('&', new[] { ("from", parsed.GetValue(From)), ("to", parsed.GetValue(To)) }
            .Where(pair => pair.Item2 is not null).Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}"))}";

    private static Difference Read(JsonNode? found) => new(
        (string?)found?["kind"] ?? "", (string?)found?["tenant"] ?? "", (string?)found?["payment"], (string?)found?["transfer"],
        (string?)found?["account"], [.. found?["objects"]?.AsArray().Select(value => (string?)value ?? "") ?? []],
        $"{found?["expected"]}", $"{found?["actual"]}");
}
