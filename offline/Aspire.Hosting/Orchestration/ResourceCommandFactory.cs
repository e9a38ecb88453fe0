using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>What each kind of resource is run by: a project's own program, an executable, or the container runtime.</summary>
internal static class ResourceCommandFactory
{
    internal static async Task<ResourceCommand> CreateAsync(IResource resource, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in await resource.EvaluateEnvironmentAsync(executionContext, cancellationToken))
            environment[name] = await CallbackExtensions.ResolveAsync(value, cancellationToken);

        var arguments = new List<string>();
        foreach (var argument in await resource.EvaluateArgumentsAsync(executionContext, cancellationToken))
            arguments.Add(await CallbackExtensions.ResolveAsync(argument, cancellationToken));

        return resource switch
        {
            ProjectResource project => OfProject(project, arguments, environment),
            ContainerResource container => OfContainer(container, arguments, environment),
            ExecutableResource executable => new ResourceCommand(executable.Command, arguments, executable.WorkingDirectory, environment),
            _ => throw new DistributedApplicationException($"Resource '{resource.Name}' is nothing that could be run."),
        };
    }

    /// <summary>The program lies beside the AppHost's own: all projects of the tree build into one artifacts folder.</summary>
    private static ResourceCommand OfProject(ProjectResource project, List<string> arguments, Dictionary<string, string> environment)
    {
        var path = project.Annotations.OfType<ProjectMetadataAnnotation>().Last().Metadata.ProjectPath;
        var name = Path.GetFileNameWithoutExtension(path);
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(own.Parent!.Parent!.FullName, name, own.Name, $"{name}.dll");
        if (!File.Exists(assembly))
            throw new DistributedApplicationException($"'{project.Name}' is not built: there is no {assembly}. Build the solution first.");

        return new ResourceCommand(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", ["exec", assembly, .. arguments], Path.GetDirectoryName(path)!, environment);
    }

    /// <summary>The names of the variables go to the command line, their values into the environment of the runtime's client.</summary>
    private static ResourceCommand OfContainer(ContainerResource container, List<string> arguments, Dictionary<string, string> environment)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().Last();
        List<string> run = ["run", "--rm", "--name", $"{container.Name}-{Environment.ProcessId}"];
        foreach (var endpoint in container.Annotations.OfType<EndpointAnnotation>())
            run.AddRange(["-p", $"127.0.0.1:{endpoint.AllocatedEndpoint!.Port}:{endpoint.TargetPort}"]);
        foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>())
            run.AddRange(["-v", $"{mount.Source}:{mount.Target}{(mount.IsReadOnly ? ":ro" : "")}"]);
        foreach (var name in environment.Keys)
            run.AddRange(["-e", name]);
        if (container.Entrypoint is { } entrypoint)
            run.AddRange(["--entrypoint", entrypoint]);
        run.Add($"{image.Registry}/{image.Image}:{image.Tag}");
        run.AddRange(container is { Entrypoint: "/bin/sh", ShellExecution: true } ? ["-c", string.Join(' ', arguments)] : arguments);
        return new ResourceCommand(Environment.GetEnvironmentVariable("ASPIRE_CONTAINER_RUNTIME") ?? "docker", run, Directory.GetCurrentDirectory(), environment);
    }
}
