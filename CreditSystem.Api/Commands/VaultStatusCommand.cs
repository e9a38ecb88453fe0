using System.Globalization;
using CreditSystem.Api.Secrets;

namespace CreditSystem.Api.Commands;

/// <summary><c>vault status</c>: exit code 0 when Vault is healthy and has let us in, else 1.</summary>
internal static class VaultStatusCommand
{
    internal sealed record Latency(string Call, double Milliseconds, double? OriginalMilliseconds);

    internal sealed record Answer(
        string? Address, string? Namespace, bool Authenticated, string? Reason, string? Role, string? TokenAccessor, DateTimeOffset? TokenExpiresAt,
        int? Health, string? Version, bool? Sealed, int Secrets, IReadOnlyList<Latency> Latencies);

    internal static async Task<int> RunAsync(Operation operation, CancellationToken cancellationToken)
    {
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
            operation.Options.Address?.GetLeftPart(UriPartial.Authority), operation.Options.Namespace, token is not null, reason, operation.Secrets.Login.RoleName, token?.Accessor,
            token?.ExpiresAt, health?.Status, health?.Version, health?.Sealed, operation.Secrets.Store.Snapshot?.Secrets.Count ?? 0, latencies);
        operation.Write(answer, output => Print(answer, output));
        return answer is { Authenticated: true, Reason: null, Health: 200 or 473 } ? 0 : 1;
    }

    private static void Print(Answer answer, TextWriter output)
    {
        Table.Print(output, ["Address", answer.Address ?? "none"],
        [
            ["Namespace", answer.Namespace ?? "root"],
            ["Authenticated", answer.Authenticated ? "yes" : $"no: {answer.Reason}"],
            ["Role", answer.Role ?? "unknown"],
            ["Token", answer.TokenExpiresAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"expires {at:u}, accessor {answer.TokenAccessor}") : "none"],
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
