using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting;

internal static class ConsoleExtensions
{
    /// <summary>Shows on the terminal what goes on: the log of every resource, its states, and when all is up.</summary>
    internal static void AddConsole(this IDistributedApplicationBuilder builder, LaunchOptions launch, IResourceBuilder<ProjectResource> api, IResourceBuilder<ProjectResource> vaultProxy)
    {
        if (builder.ExecutionContext.IsPublishMode)
            return;

        builder.Services.AddHostedService(services => new ConsoleOutput(
            services.GetRequiredService<DistributedApplicationModel>(),
            services.GetRequiredService<ResourceNotificationService>(),
            services.GetRequiredService<ResourceLoggerService>(),
            services.GetRequiredService<IHostApplicationLifetime>(),
            new ReadyLine(api.Resource, vaultProxy.Resource, launch)));
    }
}

/// <summary>The log of every resource with its name before each line, its states, one line when all is up.</summary>
internal sealed class ConsoleOutput(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService logs, IHostApplicationLifetime lifetime, ReadyLine ready) : BackgroundService
{
    private readonly Stopwatch sinceStart = Stopwatch.StartNew();
    private readonly Dictionary<string, string> states = [];
    private readonly HashSet<IResource> healthy = [];
    private bool isReady;

    private int NameWidth => model.Resources.OfType<ProjectResource>().Max(resource => resource.Name.Length);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var relays = model.Resources.OfType<ProjectResource>().Select(resource => RelayAsync(resource, stoppingToken)).ToList();
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
                await ShowAsync(change);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        await Task.WhenAll(relays);
    }

    private async Task RelayAsync(IResource resource, CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var lines in logs.WatchAsync(resource).WithCancellation(stoppingToken))
            {
                foreach (var line in lines)
                    Write(resource, line.Content);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ShowAsync(ResourceEvent change)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        if (resource is not ProjectResource || snapshot.State?.Text is not { Length: > 0 } state)
            return;

        var shown = state == KnownResourceStates.Running && snapshot.HealthStatus is { } health ? $"{state}, {health}" : state;
        if (snapshot.ExitCode is { } exitCode && KnownResourceStates.TerminalStates.Contains(state))
            shown = $"{state}, exit code {exitCode}";
        if (states.GetValueOrDefault(resource.Name) == shown)
            return;

        states[resource.Name] = shown;
        Write(resource, $"-- {shown}");
        if (shown == "Running, Healthy" && healthy.Add(resource) && !isReady && ready.Needs.All(healthy.Contains))
        {
            isReady = true;
            Console.WriteLine(ready.Text(sinceStart.Elapsed));
        }
        else if (!isReady && HasFailed(snapshot, state))
        {
            await GiveUpAsync(resource, shown);
        }
    }

    private static bool HasFailed(CustomResourceSnapshot snapshot, string state) =>
        state == KnownResourceStates.FailedToStart || (KnownResourceStates.TerminalStates.Contains(state) && snapshot.ExitCode is not (null or 0));

    /// <summary>The others would wait for it for ever.</summary>
    private async Task GiveUpAsync(IResource resource, string state)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;

        await Console.Error.WriteLineAsync($"The system cannot start: '{resource.Name}' is {state}. Its last lines above say why.");
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private void Write(IResource resource, string line) => Console.WriteLine($"{resource.Name.PadRight(NameWidth)} | {line}");
}
