using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting.Terminal;

internal static class ConsoleExtensions
{
    /// <summary>
    /// What Aspire, and its dashboard with every click in a browser, write about themselves. All other settings go before these.
    /// </summary>
    private static readonly Dictionary<string, string?> QuietLevels = new()
    {
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        // A start that is broken off is reported by ConsoleOutput, with its reason.
        ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
        ["Logging:LogLevel:Aspire.Hosting"] = "Warning",
        ["Logging:LogLevel:Aspire.Hosting.DistributedApplication"] = "Information",
    };

    /// <summary>Shows on the terminal what goes on: the log of every resource, its states, and when all is up.</summary>
    internal static void AddConsole(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ProjectResource> vaultProxy)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return;

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLevels });
        builder.Services.AddSingleton(services => new ConsoleOutput(
            services.GetRequiredService<DistributedApplicationModel>(),
            services.GetRequiredService<ResourceNotificationService>(),
            services.GetRequiredService<ResourceLoggerService>(),
            services.GetRequiredService<IHostApplicationLifetime>(),
            new ReadyLine(services.GetRequiredService<DistributedApplicationModel>(), builder.Configuration, api.Resource,
                vaultProxy.Resource)));
        // A hosted service would be started when all resources are up: the orchestrator's own start waits for them.
        builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            start.Services.GetRequiredService<ConsoleOutput>().Start();
            return Task.CompletedTask;
        });
    }

    /// <summary>Runs the application to its end, which may come while it still starts.</summary>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunToEndAsync(this DistributedApplication application)
    {
        var stopping = application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await application.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }

        return Environment.ExitCode;
    }
}
