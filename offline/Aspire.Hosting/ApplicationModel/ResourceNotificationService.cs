using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What each resource is now, and whoever waits for it.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposed = new();
    private readonly IHostApplicationLifetime _lifetime;

    internal ResourceNotificationService(IHostApplicationLifetime lifetime) => _lifetime = lifetime;

    internal IReadOnlyCollection<ResourceEvent> Current => [.. _current.Values];

    /// <summary>Changes what a resource is.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_gate)
        {
            var before = _current.TryGetValue(resource.Name, out var earlier) ? earlier.Snapshot : Initial(resource);
            var after = new ResourceEvent(resource, resource.Name, stateFactory(before));
            _current[resource.Name] = after;
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite(after);
        }

        return Task.CompletedTask;
    }

    /// <summary>What a resource is now.</summary>
    public bool TryGetCurrentState(string resourceId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceEvent? resourceEvent) =>
        _current.TryGetValue(resourceId, out resourceEvent);

    /// <summary>What each resource is now, and every change from here on.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_gate)
        {
            foreach (var resourceEvent in _current.Values)
                channel.Writer.TryWrite(resourceEvent);
            _watchers.Add(channel);
        }

        try
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token, _lifetime.ApplicationStopped);
            await foreach (var resourceEvent in channel.Reader.ReadAllAsync(ends.Token))
                yield return resourceEvent;
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(channel);
        }
    }

    /// <summary>Waits until a resource is in a state.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, e => e.Snapshot.State?.Text == (targetState ?? KnownResourceStates.Running), cancellationToken);

    /// <summary>Waits until a resource is in one of several states.</summary>
    /// <returns>The state.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } state && targetStates.Contains(state.Text), cancellationToken);
        return found.Snapshot.State!.Text;
    }

    /// <summary>Waits until a resource is what is asked for.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var resourceEvent in WatchAsync(cancellationToken))
        {
            if (string.Equals(resourceEvent.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(resourceEvent))
                return resourceEvent;
        }

        throw new OperationCanceledException($"The operation was cancelled while waiting for '{resourceName}'.");
    }

    /// <summary>Waits until a resource runs and its health checks pass.</summary>
    /// <exception cref="DistributedApplicationException">It ended, or could not be started.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(resourceName, e => IsHealthy(e.Snapshot) || IsTerminal(e.Snapshot), cancellationToken);
        return IsHealthy(found.Snapshot)
            ? found
            : throw new DistributedApplicationException($"Stopped waiting for resource '{resourceName}' to become healthy because it reached the state '{found.Snapshot.State?.Text}'.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
        GC.SuppressFinalize(this);
    }

    internal static bool IsHealthy(CustomResourceSnapshot snapshot) =>
        snapshot.State?.Text == KnownResourceStates.Running && snapshot.HealthStatus == HealthStatus.Healthy;

    internal static bool IsTerminal(CustomResourceSnapshot snapshot) =>
        snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static CustomResourceSnapshot Initial(IResource resource) => new()
    {
        ResourceType = resource switch
        {
            ProjectResource => "Project",
            ContainerResource => "Container",
            ExecutableResource => "Executable",
            ParameterResource => "Parameter",
            _ => resource.GetType().Name,
        },
        Properties = [],
    };
}
