using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Secrets.Vault;

/// <summary>
/// Calls that VaultSharp has no method for, or of whose answers it drops what counts (<c>auth.mfa_requirement</c>), over the
/// same transport. It holds the token; its text does not.
/// </summary>
public sealed class VaultChannel : IPkiTransport
{
    private readonly HttpMessageInvoker _http;
    private readonly Uri _address;
    private readonly string? _namespace;
    private readonly string? _token;

    internal VaultChannel(HttpMessageInvoker http, Uri address, string? vaultNamespace, string? token) =>
        (_http, _address, _namespace, _token) = (http, address, vaultNamespace, token);

    /// <param name="path">Below <c>/v1/</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The whole answer; null where there is none (204).</returns>
    /// <exception cref="VaultUnavailableException">Vault refuses, or does not answer.</exception>
    public Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, body: null, cancellationToken);

    /// <inheritdoc/>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(path, cancellationToken);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, of the names below a path.</summary>
    public Task<JsonObject?> ListAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"{path}?list=true", body: null, cancellationToken);

    /// <summary>As <see cref="ReadAsync"/>, with a body.</summary>
    public Task<JsonObject?> WriteAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, cancellationToken);

    public override string ToString() => nameof(VaultChannel);

    private async Task<JsonObject?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, $"/v1/{path}"));
        request.Headers.Add("X-Vault-Request", "true");
        if (_token is not null)
            request.Headers.Add("X-Vault-Token", _token);
        if (!string.IsNullOrEmpty(_namespace))
            request.Headers.Add("X-Vault-Namespace", _namespace);
        if (body is not null)
        {
            // With its length: JsonContent would send chunks.
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException exception)
        {
            throw VaultUnavailableException.From(exception);
        }
    }
}
