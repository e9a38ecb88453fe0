using System.Text.Json;
using VaultSharp;
using VaultSharp.V1.AuthMethods;

namespace CreditSystem.Secrets.Vault;

/// <summary>Makes Vault clients that share one connection pool and transport; VaultSharp wants an HttpClient of its own for each.</summary>
public sealed class VaultClientFactory(VaultOptions options) : IDisposable
{
    private readonly VaultTransport _transport = CreateTransport(options);

    /// <param name="login">Null for a client that has no token, as the health call needs it.</param>
    /// <exception cref="InvalidOperationException">There is no address.</exception>
    public IVaultClient Create(IAuthMethodInfo? login)
    {
        var address = options.Address ?? throw new InvalidOperationException("VAULT_ADDR is not set.");
        return new VaultClient(new VaultClientSettings(address.ToString(), login)
        {
            // The transport has a timeout for each attempt.
            MyHttpClientProviderFunc = _ => new HttpClient(_transport, disposeHandler: false),
            Namespace = options.Namespace,
            UseVaultTokenHeaderInsteadOfAuthorizationHeader = true,
        });
    }

    /// <summary>Whether the server is OpenBao, by what it says of its build; null when it does not say.</summary>
    public async Task<bool?> IsOpenBaoAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(_transport, disposeHandler: false);
        try
        {
            using var answer = await client.GetAsync(new Uri(options.Address!, "/v1/sys/seal-status"), cancellationToken);
            using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return status.RootElement.TryGetProperty("commit_date", out _)
                ? true
                : status.RootElement.TryGetProperty("build_date", out _)
                ? false
                : null;
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception) || exception is InvalidOperationException)
        {
            return null;
        }
    }

    public void Dispose() => _transport.Dispose();

    private static VaultTransport CreateTransport(VaultOptions options)
    {
        var tls = new VaultTls(options);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AllowAutoRedirect = false,
            // No proxy of the environment can reach this machine's own ports.
            UseProxy = options.Address is not { IsLoopback: true },
        };
        tls.Configure(handler.SslOptions);
        return new VaultTransport(tls, options.RequestTimeout, handler);
    }
}
