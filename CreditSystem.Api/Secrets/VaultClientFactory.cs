using System.Security.Cryptography.X509Certificates;
using VaultSharp;
using VaultSharp.V1.AuthMethods;

namespace CreditSystem.Api.Secrets;

/// <summary>Makes Vault clients that share one connection pool; VaultSharp wants an HttpClient of its own for each.</summary>
internal sealed class VaultClientFactory(VaultOptions options) : IDisposable
{
    private readonly SocketsHttpHandler _handler = CreateHandler(options);

    /// <param name="login">Null for a client that has no token, as the health call needs it.</param>
    /// <exception cref="InvalidOperationException">There is no address.</exception>
    public IVaultClient Create(IAuthMethodInfo? login)
    {
        var address = options.Address ?? throw new InvalidOperationException("VAULT_ADDR is not set.");
        return new VaultClient(new VaultClientSettings(address.ToString(), login)
        {
            MyHttpClientProviderFunc = _ => new HttpClient(_handler, disposeHandler: false),
            Namespace = options.Namespace,
            VaultServiceTimeout = options.RequestTimeout,
            UseVaultTokenHeaderInsteadOfAuthorizationHeader = true,
        });
    }

    public void Dispose() => _handler.Dispose();

    private static SocketsHttpHandler CreateHandler(VaultOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            AllowAutoRedirect = false,
            // No proxy of the environment can reach this machine's own ports.
            UseProxy = options.Address is not { IsLoopback: true },
        };
        if (options.CaCertificate is { } path)
        {
            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.ImportFromPemFile(path);
            handler.SslOptions.CertificateChainPolicy = chain;
        }

        return handler;
    }
}
