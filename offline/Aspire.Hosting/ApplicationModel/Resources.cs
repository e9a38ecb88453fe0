using System.Collections;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that runs as a container.</summary>
/// <param name="name">Unique name.</param>
/// <param name="entrypoint">Command that replaces the image's own.</param>
public class ContainerResource(string name, string? entrypoint = null)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Command that replaces the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;

    /// <summary>Whether the arguments go through a shell.</summary>
    public bool? ShellExecution { get; set; }
}

/// <summary>A resource that runs as a process.</summary>
/// <param name="name">Unique name.</param>
/// <param name="command">Program.</param>
/// <param name="workingDirectory">Folder in which it starts.</param>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Program.</summary>
    public string Command { get; } = command;

    /// <summary>Folder in which it starts.</summary>
    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>A resource that is a project of the same solution.</summary>
/// <param name="name">Unique name.</param>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

/// <summary>The resources of an application.</summary>
public interface IResourceCollection : IList<IResource>;

/// <summary>The application as it will run.</summary>
/// <param name="resources">Its resources.</param>
public class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>Its resources.</summary>
    public IResourceCollection Resources { get; } = resources;
}

internal sealed class ResourceCollection : IResourceCollection
{
    private readonly List<IResource> _resources = [];

    public int Count => _resources.Count;

    public bool IsReadOnly => false;

    public IResource this[int index]
    {
        get => _resources[index];
        set => _resources[index] = value;
    }

    public void Add(IResource item)
    {
        if (_resources.Any(resource => string.Equals(resource.Name, item.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Cannot add resource of type '{item.GetType()}' with name '{item.Name}' because a resource with that name already exists.");

        _resources.Add(item);
    }

    public void Clear() => _resources.Clear();

    public bool Contains(IResource item) => _resources.Contains(item);

    public void CopyTo(IResource[] array, int arrayIndex) => _resources.CopyTo(array, arrayIndex);

    public IEnumerator<IResource> GetEnumerator() => _resources.GetEnumerator();

    public int IndexOf(IResource item) => _resources.IndexOf(item);

    public void Insert(int index, IResource item) => _resources.Insert(index, item);

    public bool Remove(IResource item) => _resources.Remove(item);

    public void RemoveAt(int index) => _resources.RemoveAt(index);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
