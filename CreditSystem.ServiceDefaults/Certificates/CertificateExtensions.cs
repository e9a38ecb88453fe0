using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Abstractions;

namespace CreditSystem.ServiceDefaults.Certificates;

public static class CertificateExtensions
{
    /// <summary>
    /// Lets every HTTPS address of Kestrel use the folder's certificates, each handshake the newest: connections that are open stay
    /// as they are. Nothing where no folder is configured.
    /// </summary>
    /// <returns>The folder; null where there is none.</returns>
    public static CertificateFolder? AddCertificates<TBuilder>(
        this TBuilder builder, IWebHostBuilder web, ILogger? logger = null)
        where TBuilder : IHostApplicationBuilder
    {
        var options = builder.Configuration.GetSection(CertificateOptions.SectionName).Get<CertificateOptions>()
            ?? new CertificateOptions();
        if (string.IsNullOrEmpty(options.Directory))
            return null;
        var folder = new CertificateFolder(options.Directory, logger ?? NullLogger.Instance);
        folder.Refresh();
        builder.Services.AddSingleton(folder);
        builder.Services.AddSingleton(
            services => new CertificateMetrics(folder, services.GetService<TimeProvider>() ?? TimeProvider.System));
        builder.Services.AddCounterInitialization(services => services.GetRequiredService<CertificateMetrics>().Begin());
        builder.Services.AddHostedService(services =>
        {
            folder.LogTo(services.GetRequiredService<ILoggerFactory>().CreateLogger<CertificateFolder>());
            return new CertificateWatch(folder, options, services.GetService<TimeProvider>() ?? TimeProvider.System);
        });
        web.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => Configure(https, folder, options.Clients)));
        return folder;
    }

    private static void Configure(HttpsConnectionAdapterOptions https, CertificateFolder folder, ClientCertificates clients)
    {
        // Kestrel wants one of both at the start; the handshake takes the context below, which has the chain as well.
        https.ServerCertificateSelector = (_, _) => folder.Current?.Certificate;
        https.OnAuthenticate = (_, ssl) =>
        {
            if (folder.Current is not { } set)
                return;
            ssl.ServerCertificateSelectionCallback = null;
            ssl.ServerCertificateContext = set.Context;
        };
        https.ClientCertificateMode = clients switch
        {
            ClientCertificates.Require => ClientCertificateMode.RequireCertificate,
            ClientCertificates.Ask => ClientCertificateMode.AllowCertificate,
            _ => ClientCertificateMode.NoCertificate,
        };
        https.ClientCertificateValidation = (certificate, chain, _) => clients == ClientCertificates.Ask
            || folder.Current?.Trust.Trusts(certificate, chain) == true;
    }

    /// <summary>A client's view: a certificate that the machine or the folder trusts, of the right name, not revoked.</summary>
    public static bool IsTrusted(
        this CertificateFolder folder, object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        folder.Current is { } set ? set.IsTrusted(certificate, chain, errors) : errors == SslPolicyErrors.None;

    /// <inheritdoc cref="IsTrusted(CertificateFolder, object, X509Certificate?, X509Chain?, SslPolicyErrors)"/>
    public static bool IsTrusted(this CertificateSet set, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is X509Certificate2 remote && !set.Trust.HasRevoked(remote)
        && (errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors
                && set.Trust.Trusts(remote, chain)));
}

/// <summary>Looks at the folder again and again: a mounted Secret may change without a sign on some file systems.</summary>
internal sealed class CertificateWatch(CertificateFolder folder, CertificateOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PollInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            folder.Refresh();
    }
}
