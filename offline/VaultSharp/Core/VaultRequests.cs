using System.Net;
using System.Text;
using System.Text.Json;
using VaultSharp.V1.AuthMethods.AppRole;
using VaultSharp.V1.AuthMethods.Token;
using VaultSharp.V1.Commons;

namespace VaultSharp.Core;

/// <summary>The HTTP side of a client: one base address, one cached login.</summary>
internal sealed class VaultRequests
{
    private readonly VaultClientSettings _settings;
    private readonly HttpClient _http;
    private readonly Lazy<Task<string>> _token;

    internal VaultRequests(VaultClientSettings settings)
    {
        _settings = settings;
        var handler = new HttpClientHandler();
        _http = settings.MyHttpClientProviderFunc?.Invoke(handler) ?? new HttpClient(handler);
        _http.BaseAddress = new Uri(settings.VaultServerUriWithPort);
        _token = settings.AuthMethodInfo is null ? null : new Lazy<Task<string>>(LoginAsync, LazyThreadSafetyMode.PublicationOnly);
    }

    internal Task LoginNowAsync() => _token?.Value ?? Task.CompletedTask;

    internal async Task<T> SendAsync<T>(HttpMethod method, string path, object body = null, string wrapTimeToLive = null, bool authenticate = true, Action<HttpStatusCode> observe = null)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri($"v1/{path}", UriKind.Relative));
        // The package sends its bodies as text/plain, and so does this.
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8);
        request.Headers.Add("X-Vault-Request", "true");
        if (authenticate && _token is not null)
            AddToken(request, await _token.Value.ConfigureAwait(false));
        if (wrapTimeToLive is not null)
            request.Headers.Add("X-Vault-Wrap-TTL", wrapTimeToLive);
        if (!string.IsNullOrWhiteSpace(_settings.Namespace))
            request.Headers.Add("X-Vault-Namespace", _settings.Namespace);

        using var response = await _http.SendAsync(request).ConfigureAwait(false);
        observe?.Invoke(response.StatusCode);
        var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new VaultApiException(response.StatusCode, text);
        return string.IsNullOrWhiteSpace(text) ? null : JsonSerializer.Deserialize<T>(text);
    }

    private void AddToken(HttpRequestMessage request, string token)
    {
        if (_settings.UseVaultTokenHeaderInsteadOfAuthorizationHeader)
            request.Headers.Add("X-Vault-Token", token);
        else
            request.Headers.Add("Authorization", $"Bearer {token}");
    }

    private Task<string> LoginAsync() => _settings.AuthMethodInfo switch
    {
        TokenAuthMethodInfo token => Task.FromResult(token.VaultToken),
        AppRoleAuthMethodInfo role => LoginAsync(role),
        var other => throw new NotSupportedException($"{other.GetType().Name} is not among the login methods of this stand-in."),
    };

    private async Task<string> LoginAsync(AppRoleAuthMethodInfo role)
    {
        var body = new Dictionary<string, string> { ["role_id"] = role.RoleId };
        if (!string.IsNullOrWhiteSpace(role.SecretId))
            body["secret_id"] = role.SecretId;
        var answer = await SendAsync<Secret<Dictionary<string, object>>>(HttpMethod.Post, $"auth/{role.MountPoint.Trim('/')}/login", body, authenticate: false).ConfigureAwait(false);
        role.ReturnedLoginAuthInfo = answer?.AuthInfo;
        return string.IsNullOrWhiteSpace(answer?.AuthInfo?.ClientToken)
            ? throw new VaultApiException("The login has returned no client token.")
            : answer.AuthInfo.ClientToken;
    }
}
