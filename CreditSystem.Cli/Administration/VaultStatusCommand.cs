using CreditSystem.Secrets.Vault;

namespace CreditSystem.Cli.Administration;

/// <summary>
/// <c>vault status</c>: what the running API says of itself to Vault, and what a login of the command's own finds here and now.
/// Exit code 0 when Vault lets the command in, and the API, where it answers, is healthy.
/// </summary>
internal static class VaultStatusCommand
{
    private static readonly Option<string?> Api = ManagementApi.CreateOption();

    internal sealed record Latency(string Call, double Milliseconds, double? OriginalMilliseconds);

    internal sealed record Result(
        RunningApi Api, string? Address, string? Namespace, bool Authenticated, string? Reason, string? Role, string? TokenAccessor,
        DateTimeOffset? TokenExpiresAt, string? Server, IReadOnlyList<string> Differences,
        int? Health, string? Version, bool? Sealed, int Secrets, IReadOnlyList<Latency> Latencies);

    internal static Command Create(CommandHost host) =>
        CommandSession.CreateCommand(host, "status", "Tell how the API is to Vault, and what a login of this command's own finds", RunAsync,
            Api);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var api = await RunningApi.AskAsync(session, session.Parsed.GetValue(Api), cancellationToken);
        var login = session.Secrets.Session;
        var latencies = new List<Latency>();
        VaultLatencies.Health? health = null;
        string? reason = session.Options.Address is null ? "VAULT_ADDR is not set." : null;
        if (reason is null)
        {
            try
            {
                health = await VaultLatencies.MeasureHealthAsync(session, latencies, cancellationToken);
                await VaultLatencies.MeasureAsync(session, latencies, cancellationToken);
            }
            catch (VaultUnavailableException exception)
            {
                reason = exception.Message;
            }
        }

        var token = login.Current;
        var server = reason is null ? await session.Secrets.Clients.FindServerAsync(cancellationToken) : null;
        var result = new Result(
            api, session.Options.Address?.GetLeftPart(UriPartial.Authority), session.Options.Namespace, token is not null, reason,
            session.Secrets.Login.RoleName, token?.Accessor, token?.ExpiresAt, server?.ToString(), server?.Differences ?? [],
            health?.Status, health?.Version, health?.Sealed,
            session.Secrets.Store.Snapshot?.Secrets.Count ?? 0, latencies);
        session.Parsed.Write(result, output => Print(result, output));
        return result is { Authenticated: true, Reason: null, Health: 200 or 473, Api.State: null or "healthy" }
            ? CommandExitCodes.Done
            : CommandExitCodes.Failed;
    }

    private static void Print(Result result, TextWriter output)
    {
        result.Api.Print(output);
        output.WriteLine();
        output.WriteLine("This command, with a login of its own");
        output.WriteTable(["Address", result.Address ?? "none"],
        [
            ["Namespace", result.Namespace ?? "root"],
            ["Authenticated", result.Authenticated ? "yes" : $"no: {result.Reason}"],
            ["Role", result.Role ?? "unknown"],
            ["Token",
                result.TokenExpiresAt is { } at ? $"expires {at:u}, accessor {result.TokenAccessor}; revoked when this ends" : "none"],
            ["Health",
                result.Health is { } status
                    ? $"{status}, version {result.Version}{(result.Sealed == true ? ", sealed" : "")}"
                    : "no answer"],
            ["Server", result.Server ?? "unknown"],
            .. result.Differences.Select(difference => (IReadOnlyList<string>)["", difference]),
            ["Secrets", $"{result.Secrets}"],
        ]);
        output.WriteLine();
        output.WriteTable(["Call", "Measured", "Original"], result.Latencies.Select(Row));
    }

    private static IReadOnlyList<string> Row(Latency latency) =>
        [latency.Call, Format(latency.Milliseconds), latency.OriginalMilliseconds is { } original ? Format(original) : ""];

    private static string Format(double milliseconds) => milliseconds < 0.1
        ? $"{milliseconds * 1000:0.###} µs"
        : $"{milliseconds:0.#} ms";
}
