using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Takes one resource through one run: waits for the others, starts the process, watches it until it ends.</summary>
internal sealed partial class ResourceRunner(ResourceNotificationService notifications, ResourceLoggerService loggers, HealthMonitor health, ProcessGuard guard, IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, TimeProvider clock, IServiceProvider services)
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(15);

    internal async Task RunAsync(IResource resource, CancellationToken stopping)
    {
        var log = loggers.GetLogger(resource);
        try
        {
            await WaitForDependenciesAsync(resource, log, stopping);
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), stopping);
            await ChangeAsync(resource, KnownResourceStates.Starting);
            var command = await ResourceCommandFactory.CreateAsync(resource, executionContext, stopping);
            await RunProcessAsync(resource, command, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await ChangeAsync(resource, KnownResourceStates.Exited);
        }
        catch (Exception failure) when (failure is DistributedApplicationException or System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            Log.FailedToStart(log, failure.Message);
            await ChangeAsync(resource, KnownResourceStates.FailedToStart);
        }
    }

    private async Task RunProcessAsync(IResource resource, ResourceCommand command, CancellationToken stopping)
    {
        using var process = ResourceProcess.Start(command, (line, isError) => loggers.Write(resource.Name, line, isError));
        guard.Watch(process.Id);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                State = KnownResourceStates.Running,
                StartTimeStamp = clock.GetUtcNow().UtcDateTime,
                StopTimeStamp = null,
                ExitCode = null,
                HealthStatus = null,
                Urls = [.. resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => new UrlSnapshot(endpoint.Name, endpoint.AllocatedEndpoint!.UriString, IsInternal: false))],
                EnvironmentVariables = [.. command.Environment.Select(variable => new EnvironmentVariableSnapshot(variable.Key, variable.Value, IsFromSpec: true))],
                Properties = [new("executable.pid", process.Id), new("executable.path", command.Program), new("executable.workDir", command.WorkingDirectory)],
            });
            var watching = health.WatchAsync(resource, ended.Token);
            await Task.WhenAny(process.Exited, Task.Delay(Timeout.Infinite, stopping));
            await ended.CancelAsync();
            await watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        finally
        {
            if (stopping.IsCancellationRequested)
                await ChangeAsync(resource, KnownResourceStates.Stopping);
            await process.StopAsync(StopGrace);
            await process.Exited;
            guard.Release(process.Id);
            await ReportEndAsync(resource, process.ExitCode, asked: stopping.IsCancellationRequested);
        }
    }

    private Task ReportEndAsync(IResource resource, int exitCode, bool asked) => notifications.PublishUpdateAsync(resource, snapshot => snapshot with
    {
        State = exitCode == 0 && !asked ? KnownResourceStates.Finished : KnownResourceStates.Exited,
        ExitCode = exitCode,
        HealthStatus = null,
        StopTimeStamp = clock.GetUtcNow().UtcDateTime,
    });

    private async Task WaitForDependenciesAsync(IResource resource, ILogger log, CancellationToken cancellationToken)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().ToList();
        if (waits.Count > 0)
            await ChangeAsync(resource, KnownResourceStates.Waiting);

        await Task.WhenAll(waits.Select(wait => wait.WaitType == WaitType.WaitForCompletion
            ? WaitForCompletionAsync(wait, cancellationToken)
            : WaitUntilHealthyAsync(wait.Resource, log, cancellationToken)));
    }

    private async Task WaitUntilHealthyAsync(IResource dependency, ILogger log, CancellationToken cancellationToken)
    {
        Log.Waiting(log, dependency.Name);
        await notifications.WaitForResourceAsync(dependency.Name, e => e.Snapshot.HealthStatus == HealthStatus.Healthy && e.Snapshot.State?.Text == KnownResourceStates.Running, cancellationToken);
    }

    private async Task WaitForCompletionAsync(WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var ended = await notifications.WaitForResourceAsync(wait.Resource.Name, e => ResourceNotificationService.IsTerminal(e.Snapshot), cancellationToken);
        if (ended.Snapshot.ExitCode != wait.ExitCode)
            throw new DistributedApplicationException($"Dependency '{wait.Resource.Name}' did not end as expected: state {ended.Snapshot.State?.Text}, exit code {ended.Snapshot.ExitCode?.ToString() ?? "none"}, expected {wait.ExitCode}.");
    }

    private Task ChangeAsync(IResource resource, string state) => notifications.PublishUpdateAsync(resource, snapshot => snapshot with
    {
        State = state,
        HealthStatus = null,
        CreationTimeStamp = snapshot.CreationTimeStamp ?? clock.GetUtcNow().UtcDateTime,
    });

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Waiting for resource '{Name}' to enter the 'Running' state and become healthy.")]
        internal static partial void Waiting(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Error, "Failed to start: {Reason}")]
        internal static partial void FailedToStart(ILogger logger, string reason);
    }
}
