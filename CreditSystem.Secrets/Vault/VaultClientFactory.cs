using CreditSystem.Secrets.Vault.Server;
using CreditSystem.ServiceDefaults.Certificates;
using VaultSharp;
using VaultSharp.V1.AuthMethods;

namespace CreditSystem.Secrets.Vault;

/// <summary>Makes Vault clients that share one connection pool and transport; VaultSharp wants an HttpClient of its own for each.</summary>
public sealed class VaultClientFactory : IDisposable
{
    private readonly VaultOptions options;
    private readonly VaultTls _tls;
    private readonly SwappableHandler _connections;
    private readonly VaultTransport _transport;
    private readonly HttpMessageInvoker _invoker;

    public VaultClientFactory(VaultOptions options)
    {
        (this.options, _tls) = (options, new VaultTls(options));
        _connections = new SwappableHandler(CreateHandler);
        _transport = new VaultTransport(_tls, options.RequestTimeout, _connections);
        _invoker = new HttpMessageInvoker(_transport, disposeHandler: false);
    }

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

    /// <param name="token">Null for calls that need none.</param>
    /// <exception cref="InvalidOperationException">There is no address.</exception>
    public VaultChannel Open(string? token) => new(
        _invoker, options.Address ?? throw new InvalidOperationException("VAULT_ADDR is not set."), options.Namespace, token);

    /// <summary>Which server it is; null when it does not answer, or does not say.</summary>
    public async Task<ServerProfile?> FindServerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ServerProfile.From(await Open(token: null).ReadAsync("sys/seal-status", cancellationToken));
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            return null;
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _transport.Dispose();
    }

    /// <summary>Shows the folder's certificate to the proxy from now on, and each that takes its place.</summary>
    public void UseCertificates(CertificateFolder folder)
    {
        _tls.UseCertificates(folder);
        folder.Changed += _ => _connections.Swap();
        _connections.Swap();
    }

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AllowAutoRedirect = false,
            // No proxy of the environment can reach this machine's own ports.
            UseProxy = options.Address is not { IsLoopback: true },
        };
        _tls.Configure(handler.SslOptions);
        return handler;
    }
}
