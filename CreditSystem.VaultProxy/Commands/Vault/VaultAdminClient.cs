using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.VaultProxy.Commands.Vault;

/// <summary>
/// Vault's HTTP API as far as an operator's command needs it: policies, mounts and roles, most of which VaultSharp does not
/// know in the shape that can be compared before it is written.
/// </summary>
internal sealed class VaultAdminClient(HttpClient http, string? vaultNamespace) : IDisposable
{
    private const int MaxReasonLength = 500;

    /// <summary>Sent with every request from now on.</summary>
    public string? Token { get; set; }

    /// <summary>The answer's <c>data</c>; null when there is nothing at this path, or nothing any more.</summary>
    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public async Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await SendAsync(HttpMethod.Get, path, body: null, wrapSeconds: null, cancellationToken))?["data"] as JsonObject;
        }
        catch (VaultRequestException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The whole answer; null when Vault has nothing to say (204).</summary>
    /// <param name="path">Below <c>/v1/</c>.</param>
    /// <param name="body">Null is an empty object.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="wrapSeconds">Asks for the answer in a wrapping token that lives so long.</param>
    /// <param name="token">Instead of the client's own.</param>
    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public Task<JsonObject?> WriteAsync(string path, JsonObject? body, CancellationToken cancellationToken, int? wrapSeconds = null, string? token = null) =>
        SendAsync(HttpMethod.Post, path, body ?? [], wrapSeconds, cancellationToken, token);

    public async Task<JsonArray> ListAsync(string path, CancellationToken cancellationToken) =>
        (await ReadAsync($"{path}?list=true", cancellationToken))?["keys"] as JsonArray ?? [];

    /// <summary>The status that <c>sys/health</c> answers with; null when nobody answers.</summary>
    public async Task<HttpStatusCode?> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("v1/sys/health", UriKind.Relative), cancellationToken);
            return response.StatusCode;
        }
        catch (Exception exception) when (IsTransport(exception, cancellationToken))
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonObject?> SendAsync(HttpMethod method, string path, JsonObject? body, int? wrapSeconds, CancellationToken cancellationToken, string? token = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"v1/{path}", UriKind.Relative));
        request.Headers.Add("X-Vault-Request", "true");
        if ((token ?? Token) is { } sent)
            request.Headers.Add("X-Vault-Token", sent);
        if (vaultNamespace is not null)
            request.Headers.Add("X-Vault-Namespace", vaultNamespace);
        if (wrapSeconds is { } seconds)
            request.Headers.Add("X-Vault-Wrap-TTL", $"{seconds}s");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new VaultRequestException(response.StatusCode, path, ReasonIn(text));
            return text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (Exception exception) when (IsTransport(exception, cancellationToken))
        {
            throw new CommandFailure($"Vault at {http.BaseAddress} cannot be reached: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new CommandFailure($"What answers at {http.BaseAddress} is no Vault.", exception);
        }
    }

    private static bool IsTransport(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string ReasonIn(string text)
    {
        try
        {
            var errors = (JsonNode.Parse(text)?["errors"] as JsonArray)?.Select(error => error?.ToString().ReplaceLineEndings(" ").Trim()).ToList();
            if (errors is not null)
                return errors.Count == 0 ? "there is nothing" : string.Join("; ", errors);
        }
        catch (JsonException)
        {
            // A gateway's page, not Vault's words: said as such, and not repeated.
        }

        return text.Length == 0 ? "no reason given" : $"no answer of Vault's ({Math.Min(text.Length, MaxReasonLength)} characters)";
    }
}
