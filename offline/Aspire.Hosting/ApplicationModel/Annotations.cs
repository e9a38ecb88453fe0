using Aspire.Hosting.Publishing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The image of a container.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>Registry.</summary>
    public string? Registry { get; set; }

    /// <summary>Name.</summary>
    public required string Image { get; set; }

    /// <summary>Tag.</summary>
    public string? Tag { get; set; }
}

/// <summary>What is mounted into a container.</summary>
public enum ContainerMountType
{
    /// <summary>A folder of the machine.</summary>
    BindMount,

    /// <summary>A volume.</summary>
    Volume,
}

/// <summary>A mount of a container.</summary>
/// <param name="source">Folder, or name of the volume.</param>
/// <param name="target">Path in the container.</param>
/// <param name="type">What is mounted.</param>
/// <param name="isReadOnly">Whether it cannot be written.</param>
public sealed class ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly) : IResourceAnnotation
{
    /// <summary>Folder, or name of the volume.</summary>
    public string? Source { get; } = source;

    /// <summary>Path in the container.</summary>
    public string Target { get; } = target;

    /// <summary>What is mounted.</summary>
    public ContainerMountType Type { get; } = type;

    /// <summary>Whether it cannot be written.</summary>
    public bool IsReadOnly { get; } = isReadOnly;
}

/// <summary>A health check of the host that tells whether the resource is healthy.</summary>
/// <param name="key">Name of the check.</param>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>Name of the check.</summary>
    public string Key { get; } = key;
}

/// <summary>What is waited for.</summary>
public enum WaitType
{
    /// <summary>That the resource is healthy.</summary>
    WaitUntilHealthy,

    /// <summary>That the resource has ended.</summary>
    WaitForCompletion,
}

/// <summary>A resource that must be there before this one starts.</summary>
/// <param name="resource">The resource.</param>
/// <param name="waitType">What is waited for.</param>
/// <param name="exitCode">Exit code that it must end with.</param>
public class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What is waited for.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>Exit code that it must end with.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>That a resource is shown, or belongs, below another one.</summary>
/// <param name="resource">The other one.</param>
/// <param name="type">Kind of the relation.</param>
public class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Kind of the relation.</summary>
    public string Type { get; } = type;
}

/// <summary>Starts only when somebody asks for it.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>Writes a resource into a manifest in a way of its own.</summary>
/// <param name="callback">Writes it; null leaves it out.</param>
public class ManifestPublishingCallbackAnnotation(Func<ManifestPublishingContext, Task>? callback) : IResourceAnnotation
{
    /// <summary>Leaves the resource out.</summary>
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new(null);

    /// <summary>Writes it; null leaves it out.</summary>
    public Func<ManifestPublishingContext, Task>? Callback { get; } = callback;
}

internal sealed class ResourceIconAnnotation(string iconName) : IResourceAnnotation
{
    public string IconName { get; } = iconName;
}

internal sealed class ProjectMetadataAnnotation(IProjectMetadata metadata) : IResourceAnnotation
{
    public IProjectMetadata Metadata { get; } = metadata;
}
