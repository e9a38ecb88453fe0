using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>Something that happens to the application.</summary>
public interface IDistributedApplicationEvent;

/// <summary>Something that happens to one resource.</summary>
public interface IDistributedApplicationResourceEvent : IDistributedApplicationEvent
{
    /// <summary>The resource.</summary>
    IResource Resource { get; }
}

/// <summary>Somebody who is told.</summary>
public class DistributedApplicationEventSubscription
{
    internal DistributedApplicationEventSubscription(Type eventType, IResource? resource, Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
    {
        EventType = eventType;
        Resource = resource;
        Callback = callback;
    }

    /// <summary>Is told.</summary>
    public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; }

    internal Type EventType { get; }

    internal IResource? Resource { get; }
}

/// <summary>Tells what happens.</summary>
public interface IDistributedApplicationEventing
{
    /// <summary>Subscribes to what happens to the application.</summary>
    DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent;

    /// <summary>Subscribes to what happens to one resource.</summary>
    DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent;

    /// <summary>Tells no more.</summary>
    void Unsubscribe(DistributedApplicationEventSubscription subscription);

    /// <summary>Tells the subscribers, one after the other.</summary>
    Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent;
}

internal sealed class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private readonly Lock _gate = new();
    private readonly List<DistributedApplicationEventSubscription> _subscriptions = [];

    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent => Add(new(typeof(T), null, (e, cancellationToken) => callback((T)e, cancellationToken)));

    public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent => Add(new(typeof(T), resource, (e, cancellationToken) => callback((T)e, cancellationToken)));

    public void Unsubscribe(DistributedApplicationEventSubscription subscription)
    {
        lock (_gate)
            _subscriptions.Remove(subscription);
    }

    public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken)
        where T : IDistributedApplicationEvent
    {
        var resource = (@event as IDistributedApplicationResourceEvent)?.Resource;
        List<DistributedApplicationEventSubscription> told;
        lock (_gate)
            told = [.. _subscriptions.Where(subscription => subscription.EventType == typeof(T) && (subscription.Resource is null || subscription.Resource == resource))];

        foreach (var subscription in told)
            await subscription.Callback(@event, cancellationToken);
    }

    private DistributedApplicationEventSubscription Add(DistributedApplicationEventSubscription subscription)
    {
        lock (_gate)
            _subscriptions.Add(subscription);
        return subscription;
    }
}
