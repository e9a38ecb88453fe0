using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Vault;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting.Terminal;

internal static class ConsoleExtensions
{
    /// <summary>Shows on the terminal what goes on: the log of every resource, its states, and when all is up.</summary>
    internal static void AddConsole(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> api,
        IResourceBuilder<ProjectResource> vaultProxy, LaunchOptions launch)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return;

        var levels = new OwnLogLevels();
        builder.Configuration.Sources.Insert(0, levels);
        builder.Services.AddSingleton(services => new ConsoleOutput(
            services.GetRequiredService<DistributedApplicationModel>(),
            services.GetRequiredService<ResourceNotificationService>(),
            services.GetRequiredService<ResourceLoggerService>(),
            services.GetRequiredService<IHostApplicationLifetime>(),
            new ReadyLine(services.GetRequiredService<DistributedApplicationModel>(), builder.Configuration, api.Resource,
                vaultProxy.Resource, CertificateExtensions.AuthoritiesOf(api.Resource, launch)),
            levels));
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
