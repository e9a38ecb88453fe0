using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>How the proxy connects to Vault.</summary>
internal static class UpstreamConnection
{
    internal static SocketsHttpHandler CreateHandler(UpstreamOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds),
            PooledConnectionLifetime = TimeSpan.FromSeconds(options.PooledConnectionLifetimeSeconds),
            // Its spans name the whole URL; the proxy's own do not. Vault does nothing with the headers either.
            ActivityHeadersPropagator = null,
        };
        ConfigureTls(handler.SslOptions, options);
        return handler;
    }

    /// <summary>
    /// Names the server as its certificate does: the handler takes the expected name from the Host header and overwrites what
    /// its TLS options say (HttpConnectionPoolManager of dotnet/runtime).
    /// </summary>
    internal static void NameServer(HttpRequestMessage request, UpstreamOptions options)
    {
        // An empty variable of the environment means the same as none.
        if (!string.IsNullOrEmpty(options.TlsServerName))
            request.Headers.Host = options.TlsServerName;
    }

    private static void ConfigureTls(SslClientAuthenticationOptions tls, UpstreamOptions options)
    {
        if (options.ClientCertificatePath is { Length: > 0 } certificate)
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, options.ClientKeyPath)];
        if (options.CaCertificatePath is not { Length: > 0 } authority)
            return;

        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(authority);
        // The name is still checked: a chain policy only replaces the trusted roots.
        tls.CertificateChainPolicy = TrustBundle.PolicyOf(roots);
    }
}
