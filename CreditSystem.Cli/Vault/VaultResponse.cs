using System.Net;
using System.Text.Json;

namespace CreditSystem.Cli.Vault;

/// <summary>One answer of Vault: its document, or why there is none.</summary>
/// <param name="Status">The status.</param>
/// <param name="Document">The whole document of a success; null for an empty answer.</param>
/// <param name="Reason">Vault's own words where it refuses.</param>
/// <param name="RetryAfter">When it asks to be asked again.</param>
internal sealed record VaultResponse(HttpStatusCode Status, JsonObject? Document, string Reason, TimeSpan? RetryAfter)
{
    /// <summary>
    /// What a server says that has done nothing and will do it in a moment: a standby that does not know yet what the active node has
    /// written, or nodes between two active ones.
    /// </summary>
    private static readonly string[] Passing =
    [
        "no handler for route", "Upgrading from non-versioned", "Waiting for the primary to upgrade",
        "local node not active but active cluster node not found", "node is not active",
    ];

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public bool IsRedirect => Status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Whether the same request, sent again, may be answered: nothing has been done yet.</summary>
    public bool IsPassing => IsRedirect
        || Status is HttpStatusCode.PreconditionFailed
        || (Status is HttpStatusCode.TooManyRequests
        && (Reason == NothingSaid || Reason.Contains("rate limit quota", StringComparison.Ordinal)))
        || Passing.Any(words => Reason.Contains(words, StringComparison.OrdinalIgnoreCase));

    public const string NothingSaid = "no reason given";

    public static VaultResponse Read(HttpResponseMessage response, string text) => (int)response.StatusCode is >= 200 and < 300
        ? new VaultResponse(response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject, "", null)
        : new VaultResponse(response.StatusCode, null, ReasonIn(response.StatusCode, text), response.Headers.RetryAfter?.Delta);

    private static string ReasonIn(HttpStatusCode status, string text)
    {
        try
        {
            var document = text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
            var errors = (document?["errors"] as JsonArray)
                ?.Select(error => string.Join(' ', $"{error}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).ToList();
            if (errors is { Count: > 0 })
                return string.Join("; ", errors);
            if (document?["data"]?["error"] is { } inner)
                return $"{inner}";
            if (errors is not null)
                return status == HttpStatusCode.NotFound ? "there is nothing" : NothingSaid;
        }
        catch (JsonException)
        {
            // A gateway's page, not Vault's words: said as such, and not repeated.
        }

        return text.Length == 0 ? NothingSaid
            : text.StartsWith("Client sent an HTTP request to an HTTPS server", StringComparison.Ordinal) ? "it speaks TLS there (https://)"
            : $"no answer of Vault's ({text.Length} characters)";
    }
}
