using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Cli.Administration;

/// <summary>What the API that runs says of itself to Vault (<c>GET /vault/status</c>): its token, not the command's.</summary>
/// <param name="Url">Whom the command has asked; null where no management port is named.</param>
/// <param name="Status">The response; null where there is none.</param>
/// <param name="Reason">Why there is none.</param>
internal sealed record RunningApi(string? Url, JsonObject? Status, string? Reason)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>healthy, degraded or unconfigured.</summary>
    internal string? State => (string?)Status?["status"];

    public static async Task<RunningApi> AskAsync(CommandSession session, string? given, CancellationToken cancellationToken)
    {
        if ((given ?? session.Configuration["CREDIT_SYSTEM_API"]) is not { Length: > 0 } text)
            return new RunningApi(null, null, "Its management port is not named (CREDIT_SYSTEM_API, or --api).");
        if (!Uri.TryCreate($"{text.TrimEnd('/')}/vault/status", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
            throw new CommandUsageException($"'{text}' is no address of an API: http://<host>:<port>.");
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = Timeout }) { Timeout = Timeout };
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            if (!response.IsSuccessStatusCode)
                return new RunningApi($"{address}", null, $"It answers {(int)response.StatusCode}.");
            var status = await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
            return new RunningApi($"{address}", status, status is null ? "It says nothing." : null);
        }
        catch (HttpRequestException failure)
        {
            return new RunningApi($"{address}", null, $"Nobody answers ({failure.HttpRequestError}): is it running?");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return new RunningApi($"{address}", null, "What answers there is no API of this version.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RunningApi($"{address}", null, "It has not answered in time.");
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

        var token = Status["token"];
        output.WriteTable(["Status", $"{State}{At(" since ", Status["degraded_since"])}"],
        [
            .. (string?)Status["reason"] is { } reason ? [["Reason", reason]] : (IReadOnlyList<string>[])[],
            .. (Status["violations"]?.AsArray() ?? []).Select(violation => (IReadOnlyList<string>)["Violation", $"{violation}"]),
            ["Token", token is null ? "none" : $"expires{At(" ", token["expires_at"])}, accessor {token["accessor"]}"],
            ["secret_id", (string?)Status["credentials_generation"] ?? "unknown"],
            ["Secrets",
                $"{Status["secrets"]?.AsArray().Count} from "
                    + $"{Status["secrets_from"] ?? "nowhere"}{At(", confirmed ", Status["confirmed_at"])}"],
        ]);
    }

    private static string At(string words, JsonNode? time) =>
        time is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{words}{time.GetValue<DateTimeOffset>():u}");
}
