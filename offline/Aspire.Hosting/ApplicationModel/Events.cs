using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start.</summary>
/// <param name="services">The services of the host.</param>
/// <param name="model">The application.</param>
public class BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>All resources have been asked to start.</summary>
/// <param name="services">The services of the host.</param>
/// <param name="model">The application.</param>
public class AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model) : IDistributedApplicationEvent
{
    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>The application.</summary>
    public DistributedApplicationModel Model { get; } = model;
}

/// <summary>The endpoints of a resource have addresses.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The services of the host.</param>
public class ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>The connection string of a resource is known.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The services of the host.</param>
public class ConnectionStringAvailableEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A resource is about to start: what it waits for is there.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The services of the host.</param>
public class BeforeResourceStartedEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;
}

/// <summary>A resource runs and is healthy.</summary>
/// <param name="resource">The resource.</param>
/// <param name="services">The services of the host.</param>
public class ResourceReadyEvent(IResource resource, IServiceProvider services) : IDistributedApplicationResourceEvent
{
    /// <inheritdoc/>
    public IResource Resource { get; } = resource;

    /// <summary>The services of the host.</summary>
    public IServiceProvider Services { get; } = services;
}
