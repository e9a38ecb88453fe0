using System.CommandLine;
using System.Globalization;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>
/// <c>vault status</c>: what the running API says of itself to Vault, and what a login of the command's own finds here and now.
/// Exit code 0 when Vault lets the command in, and the API, where it answers, is healthy.
/// </summary>
internal static class VaultStatusCommand
{
    internal static readonly Option<string?> Api = new("--api") { Description = "The API's management port; by default that of this container (Management:Port)" };

    internal sealed record Latency(string Call, double Milliseconds, double? OriginalMilliseconds);

    internal sealed record Answer(
        RunningApi Api, string? Address, string? Namespace, bool Authenticated, string? Reason, string? Role, string? TokenAccessor, DateTimeOffset? TokenExpiresAt,
        int? Health, string? Version, bool? Sealed, int Secrets, IReadOnlyList<Latency> Latencies);

    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
        var api = await RunningApi.AskAsync(operation, operation.Parsed.GetValue(Api), cancellationToken);
        var session = operation.Secrets.Session;
        var latencies = new List<Latency>();
        VaultLatencies.Health? health = null;
        string? reason = operation.Options.Address is null ? "VAULT_ADDR is not set." : null;
        if (reason is null)
        {
            try
            {
                health = await VaultLatencies.MeasureHealthAsync(operation, latencies, cancellationToken);
                await VaultLatencies.MeasureAsync(operation, latencies, cancellationToken);
            }
            catch (VaultUnavailableException exception)
            {
                reason = exception.Message;
            }
        }

        var token = session.Current;
        var answer = new Answer(
            api, operation.Options.Address?.GetLeftPart(UriPartial.Authority), operation.Options.Namespace, token is not null, reason, operation.Secrets.Login.RoleName, token?.Accessor,
            token?.ExpiresAt, health?.Status, health?.Version, health?.Sealed, operation.Secrets.Store.Snapshot?.Secrets.Count ?? 0, latencies);
        operation.Write(answer, output => Print(answer, output));
        return answer is { Authenticated: true, Reason: null, Health: 200 or 473, Api.Status: null or { Status: "healthy" } } ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }

    private static void Print(Answer answer, TextWriter output)
    {
        answer.Api.Print(output);
        output.WriteLine();
        output.WriteLine("This command, with a login of its own");
        Table.Print(output, ["Address", answer.Address ?? "none"],
        [
            ["Namespace", answer.Namespace ?? "root"],
            ["Authenticated", answer.Authenticated ? "yes" : $"no: {answer.Reason}"],
            ["Role", answer.Role ?? "unknown"],
            ["Token", answer.TokenExpiresAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"expires {at:u}, accessor {answer.TokenAccessor}; revoked when this ends") : "none"],
            ["Health", answer.Health is { } status ? string.Create(CultureInfo.InvariantCulture, $"{status}, version {answer.Version}{(answer.Sealed == true ? ", sealed" : "")}") : "no answer"],
            ["Secrets", answer.Secrets.ToString(CultureInfo.InvariantCulture)],
        ]);
        output.WriteLine();
        Table.Print(output, ["Call", "Measured", "Original"], answer.Latencies.Select(latency => (IReadOnlyList<string>)
        [
            latency.Call, Format(latency.Milliseconds), latency.OriginalMilliseconds is { } original ? Format(original) : "",
        ]));
    }

    private static string Format(double milliseconds) => milliseconds < 0.1
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:0.###} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms");
}

/// <summary>What the API that runs here says of itself to Vault: its token, not the command's.</summary>
/// <param name="Url">Whom the command has asked; null where no management port is configured.</param>
/// <param name="Status">What it says; null where nobody answers.</param>
/// <param name="Reason">Why there is no answer.</param>
internal sealed record RunningApi(string? Url, VaultStatusResponse? Status, string? Reason)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task<RunningApi> AskAsync(Operation operation, string? given, CancellationToken cancellationToken)
    {
        var text = given ?? (operation.Configuration["Management:Port"] is { Length: > 0 } port ? $"http://127.0.0.1:{port}" : null);
        if (text is null)
            return new RunningApi(null, null, "No management port is configured here (Management:Port, or --api).");
        if (!Uri.TryCreate($"{text.TrimEnd('/')}/vault/status", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandUsageException($"'{text}' is no address of an API: http://<host>:<port>.");
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Timeout }) { Timeout = Timeout };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            return response.IsSuccessStatusCode
                ? new RunningApi($"{address}", await response.Content.ReadFromJsonAsync(OperationsJson.Default.VaultStatusResponse, cancellationToken), null)
                : new RunningApi($"{address}", null, $"It answers {(int)response.StatusCode}.");
        }
        catch (HttpRequestException failure)
        {
            return new RunningApi($"{address}", null, $"Nobody answers ({failure.HttpRequestError}): is it running?");
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or NotSupportedException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new RunningApi($"{address}", null, exception is OperationCanceledException ? "It has not answered in time." : "What answers there is no API of this version.");
        }
    }

    public void Print(TextWriter output)
    {
        output.WriteLine($"The API{(Url is null ? "" : $" ({Url})")}");
        if (Status is null)
        {
            output.WriteLine(Reason);
            return;
        }

        Table.Print(output, ["Status", Status.DegradedSince is { } since ? string.Create(CultureInfo.InvariantCulture, $"{Status.Status} since {since:u}") : Status.Status],
        [
            .. Status.Reason is { } reason ? [["Reason", reason]] : (IReadOnlyList<string>[])[],
            .. Status.Violations.Select(violation => (IReadOnlyList<string>)["Violation", violation]),
            ["Token", Status.Token is { } token ? string.Create(CultureInfo.InvariantCulture, $"expires {token.ExpiresAt:u}, accessor {token.Accessor}") : "none"],
            ["secret_id", Status.CredentialsGeneration ?? "unknown"],
            ["Secrets", $"{Status.Secrets.Count} from {Status.SecretsFrom ?? "nowhere"}{(Status.ConfirmedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", confirmed {at:u}") : "")}"],
        ]);
    }
}
