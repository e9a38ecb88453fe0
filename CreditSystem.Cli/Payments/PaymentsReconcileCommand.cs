using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Administration;

namespace CreditSystem.Cli.Payments;

/// <summary>
/// <c>payments reconcile</c>: asks the API that runs to compare all payments, refunds and disputes of the provider with the ledger.
/// Exit code 0 when they agree.
/// </summary>
internal static class PaymentsReconcileCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly Option<string?> Api = new("--api") { Description = "The API's management port; by default CREDIT_SYSTEM_API" };
    private static readonly Option<string?> From = new("--from") { Description = "RFC 3339; by default a day before --to" };
    private static readonly Option<string?> To = new("--to") { Description = "RFC 3339; by default now" };

    internal sealed record Difference(
        string Kind, string Tenant, string? Payment, string? Transfer, string? Account, IReadOnlyList<string> Objects, string Expected,
        string Actual);

    internal static Command Create(CommandHost host) => CommandSession.CreateCommand(
        host, "reconcile", "Compare the payments, refunds and disputes of the payment provider with the ledger", RunAsync, Api, From, To);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var report = await AskAsync(AddressOf(session), cancellationToken);
        var differences = report["differences"]?.AsArray().Select(Read).ToList() ?? [];
        if (!session.Parsed.GetValue(CommandOutput.Json))
            await session.Parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{report["payments"]} payments with {report["refunds"]} refunds and {report["disputes"]} disputes, {report["purchases"]} "
                    + $"purchases of the ledger, from {report["from"]} to {report["to"]}: {differences.Count} differences."));
        session.Parsed.WriteRows(
            differences, ["Kind", "Tenant", "Payment", "Transfer", "Expected", "Ledger", "About"],
            found => [found.Kind, found.Tenant, found.Payment ?? "", found.Transfer ?? "", found.Expected, found.Actual,
                string.Join(", ", found.Objects)]);
        return differences.Count == 0 ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }

    private static Uri AddressOf(CommandSession session)
    {
        var text = session.Parsed.GetValue(Api) ?? session.Configuration["CREDIT_SYSTEM_API"]
            ?? throw new CommandUsageException("Name the API's management port: CREDIT_SYSTEM_API, or --api.");
        var query = new[] { ("from", session.Parsed.GetValue(From)), ("to", session.Parsed.GetValue(To)) }
            .Where(pair => pair.Item2 is not null).Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2!)}");
        return Uri.TryCreate($"{text.TrimEnd('/')}/payments/reconciliation?{string.Join('&', query)}", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new CommandUsageException($"'{text}' is no address of an API: http://<host>:<port>.");
    }

    private static async Task<JsonObject> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }) { Timeout = Timeout };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            var body = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return response.IsSuccessStatusCode && body is not null
                ? body
                : throw new CommandException($"The API answers {(int)response.StatusCode}: {body?["detail"]}");
        }
        catch (HttpRequestException failure)
        {
            throw new CommandException($"Nobody answers at {address.Authority} ({failure.HttpRequestError}): is the API running?", failure);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new CommandException($"What answers at {address.Authority} is no API of this version.", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"The API at {address.Authority} has not answered in time.");
        }
    }

    private static Difference Read(JsonNode? found) => new(
        (string?)found?["kind"] ?? "", (string?)found?["tenant"] ?? "", (string?)found?["payment"], (string?)found?["transfer"],
        (string?)found?["account"], [.. found?["objects"]?.AsArray().Select(value => (string?)value ?? "") ?? []],
        $"{found?["expected"]}", $"{found?["actual"]}");
}
