namespace Aspire.Hosting;

/// <summary>What is done with the application.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>It runs.</summary>
    Run,

    /// <summary>It is described for a deployment.</summary>
    Publish,
}

/// <summary>Whether the application runs or is published.</summary>
/// <param name="operation">What is done with it.</param>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    private IServiceProvider? _serviceProvider;

    /// <summary>What is done with it.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it runs.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it is described for a deployment.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>The services of the host, once it is built.</summary>
    public IServiceProvider ServiceProvider
    {
        get => _serviceProvider ?? throw new InvalidOperationException("The application is not built yet.");
        internal set => _serviceProvider = value;
    }
}

/// <summary>Something that the description of the application makes impossible.</summary>
/// <param name="message">What, and what to do about it.</param>
/// <param name="inner">Why.</param>
public class DistributedApplicationException(string message, Exception? inner = null) : Exception(message, inner);
