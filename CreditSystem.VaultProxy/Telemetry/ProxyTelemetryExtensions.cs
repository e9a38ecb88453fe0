using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Win32.SafeHandles;
using OpenTelemetry.Metrics;

namespace CreditSystem.VaultProxy.Telemetry;

internal static class ProxyTelemetryExtensions
{
    private static readonly string[] CategoriesWithUrls = ["Yarp", "System.Net.Http", "Microsoft.AspNetCore"];

    /// <summary>
    /// Adds metrics and access lines, and leaves out what would name a URL, or costs every request something and tells nobody
    /// anything.
    /// </summary>
    internal static void AddProxyTelemetry(this WebApplicationBuilder builder)
    {
        // YARP and the HTTP client name whole URLs at Information; the access log tells what may be told.
        foreach (var category in CategoriesWithUrls)
            builder.Logging.AddFilter(category, LogLevel.Warning);
        // Its scope puts the path of the request beside every line that is logged under it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.AddAccessLog();

        var services = builder.Services;
        services.AddSingleton<ProxyMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<ProxyMetrics>().Begin());
        // The proxy's own histogram has the same with the mount class, and counts the attempts.
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics
            .AddView("http.client.*", MetricStreamConfiguration.Drop)
            .AddView("kestrel.*", MetricStreamConfiguration.Drop));
    }

    private static void AddAccessLog(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AccessLog>();
        if (builder.Environment.IsDevelopment())
        {
            // A terminal would show little else; the dashboard has them. Not a rule of the configuration: one for "Console" counts for
            // nothing beside Aspire's LOGGING__CONSOLE__FORMATTERNAME, since providers are told apart by case.
            var asked = builder.Configuration[$"Logging:Console:LogLevel:{typeof(AccessLog).FullName}"];
            builder.Logging.AddFilter<ConsoleLoggerProvider>(typeof(AccessLog).FullName, LogLevels.Parse(asked) ?? LogLevel.None);
            return;
        }

        builder.Services.AddSingleton(provider => new AccessLines(OpenStandardOutput(), provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(provider => provider.GetRequiredService<AccessLines>());
    }

    private static FileStream OpenStandardOutput() => new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
