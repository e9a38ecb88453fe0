using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting;

internal static class ScheduleExtensions
{
    /// <summary>Starts a resource that runs once again and again, as a CronJob of a deployment would.</summary>
    internal static void StartEvery(
        this IDistributedApplicationBuilder builder, TimeSpan interval, IResourceBuilder<ProjectResource> resource)
    {
        if (builder.ExecutionContext.IsRunMode)
            builder.Services.AddSingleton<IHostedService>(services => new Schedule(services, resource.Resource, interval));
    }

    private sealed class Schedule(IServiceProvider services, ProjectResource resource, TimeSpan interval) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var beat = new PeriodicTimer(interval, services.GetService<TimeProvider>() ?? TimeProvider.System);
            var commands = services.GetRequiredService<ResourceCommandService>();
            // One that still runs refuses, and has its own way of saying that it has failed.
            while (await beat.WaitForNextTickAsync(stoppingToken))
                await commands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, stoppingToken);
        }
    }
}
