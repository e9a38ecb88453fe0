using CreditSystem.ServiceDefaults.Certificates;
using CreditSystem.ServiceDefaults.Http;
using CreditSystem.VaultProxy.Caching;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Logins;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Telemetry;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy;

internal static class VaultProxyExtensions
{
    private static readonly string[] AddressSettings = ["urls", "http_ports", "https_ports"];

    /// <summary>Adds the parts of the proxy, in the order in which a request meets them (<see cref="VaultGateway"/>).</summary>
    internal static void AddVaultProxy(this WebApplicationBuilder builder)
    {
        builder.AddListener();
        builder.AddProxyTelemetry();
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<VaultProxyOptions>().BindConfiguration(VaultProxyOptions.SectionName);
        services.AddSingleton<IValidateOptions<VaultProxyOptions>, VaultProxyOptionsValidator>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<VaultGateway>();
        services.AddSingleton<RequestPolicy>();
        services.AddSingleton<RequestLimits>();
        services.AddLoginGuard();
        services.AddSingleton<TokenLookup>();
        services.AddSingleton<KvCache>();
        services.AddHttpForwarder();
        services.AddSingleton<VaultForwarder>();
        services.AddUpstreams();
        services.AddGracefulDrain();
    }

    /// <summary>Takes every request but those to the proxy's own health and metrics.</summary>
    internal static void UseVaultProxy(this WebApplication app)
    {
        var gateway = app.Services.GetRequiredService<VaultGateway>();
        var managementPort = app.Configuration.GetValue<int?>("Management:Port");
        var peers = app.Services.GetRequiredService<PeerCertificates>();
        app.Use(next => context =>
            IsManagementRequest(context, managementPort) || peers.IsPeer(context) ? next(context) : gateway.HandleAsync(context));
        app.UseRouting();
        app.MapLoginPeers(managementPort);
    }

    private static bool IsManagementRequest(HttpContext context, int? managementPort) =>
        (managementPort is { } port && context.Connection.LocalPort == port)
        || context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget
            is ProbePaths.Alive or ProbePaths.Ready or ProbePaths.Health;

    private static void AddListener(this WebApplicationBuilder builder)
    {
        // The caller's address counts for limits and for the cache's entitlements, so no header may set it, whatever the environment
        // asks for.
        builder.Configuration["ForwardedHeaders_Enabled"] = "false";
        // The port of Vault's clients serves what the allow-list names and nothing else.
        builder.Configuration["Management:PublicMetrics"] = "false";
        // Vault's own port, unless the environment names others.
        if (!AddressSettings.Any(key => builder.Configuration[key] is { Length: > 0 })
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls("http://+:8200");
        builder.WebHost.UseKestrelHttpsConfiguration();
        // Asked for, and required where it matters: nobody has one before the login.
        var requiresCertificate = builder.Configuration.GetValue<bool>(
            $"{VaultProxyOptions.SectionName}:{nameof(VaultProxyOptions.RequireClientCertificate)}");
        if (requiresCertificate)
            builder.Configuration[$"{CertificateOptions.SectionName}:{nameof(CertificateOptions.Clients)}"] =
                nameof(ClientCertificates.Ask);
        if (builder.AddCertificates(builder.WebHost) is null && requiresCertificate)
            throw new OptionsValidationException(VaultProxyOptions.SectionName, typeof(VaultProxyOptions),
                [$"{VaultProxyOptions.SectionName}:{nameof(VaultProxyOptions.RequireClientCertificate)} needs "
                    + $"{CertificateOptions.SectionName}:{nameof(CertificateOptions.Directory)} (tls.crt, tls.key and ca.crt)"]);
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // A buffer for each idle connection costs less than asking the kernel twice for each request.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Above the longest path that is let through, so that the refusal is the proxy's own.
            kestrel.Limits.MaxRequestLineSize = 4 * RequestTargetParser.MaxLength;
            // Each route sets its own.
            kestrel.Limits.MaxRequestBodySize = VaultRoute.LargeBodyBytes;
        });
    }

    private static void AddLoginGuard(this IServiceCollection services)
    {
        services.AddSingleton<LoginRecords>();
        services.AddSingleton<LoginReports>();
        services.AddSingleton<PeerCertificates>();
        services.AddSingleton<LoginPeers>();
        services.AddHostedService(provider => provider.GetRequiredService<LoginPeers>());
        services.AddSingleton<LoginAttempts>();
        services.AddSingleton<LoginGuard>();
    }

    private static void AddUpstreams(this IServiceCollection services)
    {
        services.AddSingleton<UpstreamPool>();
        services.AddHostedService<HealthProber>();
        services.AddHealthChecks().AddCheck<UpstreamHealthCheck>("vault");
    }

    private static void AddGracefulDrain(this IServiceCollection services)
    {
        services.AddSingleton<GracefulDrain>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulDrain>());
        services.AddOptions<HostOptions>().Configure<IOptions<VaultProxyOptions>>(GracefulDrain.ConfigureHost);
    }
}
