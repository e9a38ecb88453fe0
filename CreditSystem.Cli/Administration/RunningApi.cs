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
        if (ManagementApi.AddressOf(session, given, "vault/status") is not { } address)
            return new RunningApi(null, null, "Its management port is not named (CREDIT_SYSTEM_API, or --api).");
        var (code, status, failure) = await ManagementApi.AskAsync(address, Timeout, readsRefusals: false, cancellationToken);
        return new RunningApi($"{address}", status, failure switch
        {
            null when status is not null => null,
            null => code is >= 200 and < 300 ? "It says nothing." : $"It answers {code}.",
            HttpRequestException { HttpRequestError: var error } => $"Nobody answers ({error}): is it running?",
            OperationCanceledException => "It has not answered in time.",
            _ => "What answers there is no API of this version.",
        });
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
        time is null ? "" : $"{words}{time.GetValue<DateTimeOffset>():u}";
}
