using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts and stops the resources of the application.</summary>
internal sealed class ApplicationOrchestrator(DistributedApplicationModel model, ResourceRunner runner, ResourceNotificationService notifications, IDistributedApplicationEventing eventing, IConfiguration configuration, TimeProvider clock, IServiceProvider services) : IHostedService
{
    private readonly ConcurrentDictionary<IResource, Run> _runs = [];

    private IEnumerable<IResource> Runnable => model.Resources.Where(resource => resource is ProjectResource or ExecutableResource or ContainerResource);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        EndpointAllocator.Allocate(Runnable, configuration.GetValue<bool>("DcpPublisher:RandomizePorts"));
        foreach (var resource in Runnable)
            await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken);
        foreach (var resource in model.Resources.OfType<IResourceWithConnectionString>())
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken);

        foreach (var resource in model.Resources.Except(Runnable))
            await PublishAsync(resource, KnownResourceStates.Running);
        foreach (var resource in Runnable)
        {
            if (resource.Annotations.OfType<ExplicitStartupAnnotation>().Any())
                await PublishAsync(resource, KnownResourceStates.NotStarted);
            else
                Start(resource);
        }

        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), cancellationToken);
    }

    /// <summary>Whoever depends on others stops before them, so that a request in flight finds what it needs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in Runnable.Reverse())
            await StopAsync(resource);
    }

    internal async Task<bool> TryExecuteAsync(IResource resource, string command, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case KnownResourceCommands.StartCommand or "resource-start":
                await LetEndAsync(resource).WaitAsync(cancellationToken);
                Start(resource);
                return true;
            case KnownResourceCommands.StopCommand or "resource-stop":
                await StopAsync(resource).WaitAsync(cancellationToken);
                return true;
            case KnownResourceCommands.RestartCommand or "resource-restart":
                await StopAsync(resource).WaitAsync(cancellationToken);
                Start(resource);
                return true;
            default:
                return false;
        }
    }

    private Task PublishAsync(IResource resource, string state) =>
        notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = state, CreationTimeStamp = clock.GetUtcNow().UtcDateTime });

    private void Start(IResource resource)
    {
        if (_runs.TryGetValue(resource, out var earlier) && !earlier.Ended.IsCompleted)
            return;

        var stopping = new CancellationTokenSource();
        _runs[resource] = new Run(Task.Run(() => runner.RunAsync(resource, stopping.Token), CancellationToken.None), stopping);
    }

    /// <summary>Whoever has seen that a resource has ended may be ahead of its run, which has yet to tidy up.</summary>
    private Task LetEndAsync(IResource resource) =>
        _runs.TryGetValue(resource, out var run) && notifications.TryGetCurrentState(resource.Name, out var last) && ResourceNotificationService.IsTerminal(last.Snapshot)
            ? run.Ended
            : Task.CompletedTask;

    private async Task StopAsync(IResource resource)
    {
        if (!_runs.TryGetValue(resource, out var run))
            return;

        await run.Stopping.CancelAsync();
        await run.Ended;
    }

    private sealed record Run(Task Ended, CancellationTokenSource Stopping);
}
