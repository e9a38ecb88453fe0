using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Http;
using CreditSystem.VaultProxy.Caching;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Telemetry;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CreditSystem.VaultProxy;

internal static class VaultProxyExtensions
{
    private static readonly string[] AddressSettings = ["urls", "http_ports", "https_ports"];
    private static readonly string[] CategoriesWithUrls = ["Yarp", "System.Net.Http", "Microsoft.AspNetCore"];

    internal static void AddVaultProxy(this WebApplicationBuilder builder)
    {
        // The caller's address counts for limits and for the cache's proofs, so no header may set it, whatever the environment asks for.
        builder.Configuration["ForwardedHeaders_Enabled"] = "false";
        // The port of Vault's clients serves what the allow-list names and nothing else.
        builder.Configuration["Management:PublicMetrics"] = "false";
        // YARP and the HTTP client name whole URLs at Information; the access log tells what may be told.
        foreach (var category in CategoriesWithUrls)
            builder.Logging.AddFilter(category, LogLevel.Warning);
        // Its scope puts the path of the request beside every line that is logged under it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.AddProxyTelemetry();

        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<VaultProxyOptions>().BindConfiguration(VaultProxyOptions.SectionName);
        services.AddSingleton<IValidateOptions<VaultProxyOptions>, VaultProxyOptionsValidator>();
        services.AddHttpForwarder();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RequestPolicy>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<UpstreamPool>();
        services.AddSingleton<ProxyMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<ProxyMetrics>().Begin());
        services.AddSingleton<AccessLog>();
        if (!builder.Environment.IsDevelopment())
        {
            services.AddSingleton(provider => new AccessLines(OpenStandardOutput(), provider.GetRequiredService<TimeProvider>()));
            services.AddHostedService(provider => provider.GetRequiredService<AccessLines>());
        }

        services.AddSingleton<VaultForwarder>();
        services.AddSingleton<LoginRecords>();
        services.AddSingleton<LoginReports>();
        services.AddSingleton<LoginPeers>();
        services.AddHostedService(provider => provider.GetRequiredService<LoginPeers>());
        services.AddSingleton<LoginAttempts>();
        services.AddSingleton<LoginGuard>();
        services.AddSingleton<TokenLookup>();
        services.AddSingleton<KvCache>();
        services.AddSingleton<VaultGateway>();
        services.AddHostedService<HealthProber>();
        services.AddSingleton<GracefulDrain>();
        services.AddHostedService(provider => provider.GetRequiredService<GracefulDrain>());
        services.AddOptions<HostOptions>().Configure<IOptions<VaultProxyOptions>>(GracefulDrain.ConfigureHost);
        services.AddHealthChecks().AddCheck<UpstreamHealthCheck>("vault");

        // Vault's own port, unless the environment names others.
        if (!AddressSettings.Any(key => builder.Configuration[key] is { Length: > 0 }) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls("http://+:8200");
        builder.WebHost.UseKestrelHttpsConfiguration();
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

    /// <summary>Takes every request but those to the proxy's own health and metrics.</summary>
    internal static void UseVaultProxy(this WebApplication app)
    {
        var gateway = app.Services.GetRequiredService<VaultGateway>();
        var managementPort = app.Configuration.GetValue<int?>("Management:Port");
        app.Use(next => context => IsOwn(context, managementPort) ? next(context) : gateway.HandleAsync(context));
        app.UseRouting();
        app.MapLoginPeers(managementPort);
    }

    private static FileStream OpenStandardOutput() => new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    private static bool IsOwn(HttpContext context, int? managementPort)
    {
        if (managementPort is { } port && context.Connection.LocalPort == port)
            return true;
        return context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is ProbePaths.Alive or ProbePaths.Ready or ProbePaths.Health;
    }
}
