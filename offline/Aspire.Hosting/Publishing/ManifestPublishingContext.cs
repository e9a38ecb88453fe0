using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the manifest of an application, in the very bytes that Aspire 13.5 writes.</summary>
/// <param name="executionContext">Whether the application runs or is published.</param>
/// <param name="manifestPath">Where the manifest is written; paths in it are relative to it.</param>
/// <param name="writer">Writes it.</param>
/// <param name="cancellationToken">Ends it.</param>
public sealed class ManifestPublishingContext(DistributedApplicationExecutionContext executionContext, string manifestPath, Utf8JsonWriter writer, CancellationToken cancellationToken = default)
{
    private readonly ManifestReferences _references = new();
    private int _nextPort = 8000;

    /// <summary>Writes it.</summary>
    public Utf8JsonWriter Writer { get; } = writer;

    /// <summary>Where the manifest is written.</summary>
    public string ManifestPath { get; } = manifestPath;

    internal async Task WriteModelAsync(DistributedApplicationModel model)
    {
        _references.Reserve(model.Resources.Select(resource => resource.Name));
        Writer.WriteStartObject();
        Writer.WriteStartObject("resources");
        foreach (var resource in model.Resources)
            await WriteResourceAsync(resource);
        foreach (var resource in _references.TakeResources(model.Resources))
            await WriteResourceAsync(resource);
        _references.WriteFormattedParameters(Writer);
        await _references.WriteConditionalsAsync(Writer, cancellationToken);
        Writer.WriteEndObject();
        Writer.WriteEndObject();
        await Writer.FlushAsync(cancellationToken);
    }

    private async Task WriteResourceAsync(IResource resource)
    {
        resource.TryGetLastAnnotation<ManifestPublishingCallbackAnnotation>(out var own);
        if (own is { Callback: null })
            return;

        Writer.WriteStartObject(resource.Name);
        await (own?.Callback?.Invoke(this) ?? WriteBodyAsync(resource));
        Writer.WriteEndObject();
        if (resource is ParameterResource parameter)
            _references.WriteFormattedParameters(Writer, parameter);
    }

    private Task WriteBodyAsync(IResource resource)
    {
        switch (resource)
        {
            case ContainerResource container:
                return WriteContainerAsync(container);
            case ProjectResource project:
                return WriteProjectAsync(project);
            case ParameterResource parameter:
                WriteParameter(parameter);
                break;
            case IResourceWithConnectionString:
                Writer.WriteString("type", "value.v0");
                WriteConnectionString(resource);
                break;
            default:
                Writer.WriteString("error", "This resource does not support generation in the manifest.");
                break;
        }

        return Task.CompletedTask;
    }

    private async Task WriteProjectAsync(ProjectResource project)
    {
        Writer.WriteString("type", "project.v0");
        Writer.WriteString("path", RelativePath(project.Annotations.OfType<ProjectMetadataAnnotation>().Last().Metadata.ProjectPath));
        await WriteArgumentsAsync(project);
        await WriteEnvironmentAsync(project);
        WriteBindings(project);
    }

    private async Task WriteContainerAsync(ContainerResource container)
    {
        var image = container.Annotations.OfType<ContainerImageAnnotation>().LastOrDefault()
            ?? throw new DistributedApplicationException($"Could not get the container image name for resource '{container.Name}'.");
        Writer.WriteString("type", "container.v0");
        WriteConnectionString(container);
        Writer.WriteString("image", (image.Registry is { Length: > 0 } registry ? $"{registry}/" : "") + image.Image + (image.Tag is { Length: > 0 } tag ? $":{tag}" : ""));
        if (container.Entrypoint is not null)
            Writer.WriteString("entrypoint", container.Entrypoint);
        await WriteArgumentsAsync(container);
        WriteVolumes(container);
        await WriteEnvironmentAsync(container);
        WriteBindings(container);
    }

    private void WriteParameter(ParameterResource parameter)
    {
        Writer.WriteString("type", "parameter.v0");
        Writer.WriteString("value", $"{{{parameter.Name}.inputs.value}}");
        Writer.WriteStartObject("inputs");
        Writer.WriteStartObject("value");
        Writer.WriteString("type", "string");
        if (parameter.Secret)
            Writer.WriteBoolean("secret", true);
        if (parameter.Default is not null)
        {
            Writer.WriteStartObject("default");
            parameter.Default.WriteToManifest(this);
            Writer.WriteEndObject();
        }

        Writer.WriteEndObject();
        Writer.WriteEndObject();
    }

    private void WriteConnectionString(IResource resource)
    {
        if (resource is not IResourceWithConnectionString { ConnectionStringExpression: { } connectionString })
            return;

        _references.Add(connectionString);
        Writer.WriteString("connectionString", _references.Expression(connectionString));
    }

    private async Task WriteEnvironmentAsync(IResource resource)
    {
        var environment = await resource.EvaluateEnvironmentAsync(executionContext, cancellationToken);
        if (environment.Count == 0)
            return;

        Writer.WriteStartObject("env");
        foreach (var (name, value) in environment)
        {
            Writer.WriteString(name, _references.Expression(value));
            _references.Add(value);
        }

        Writer.WriteEndObject();
    }

    private async Task WriteArgumentsAsync(IResource resource)
    {
        var arguments = await resource.EvaluateArgumentsAsync(executionContext, cancellationToken);
        if (arguments.Count == 0)
            return;

        Writer.WriteStartArray("args");
        foreach (var argument in arguments)
        {
            Writer.WriteStringValue(_references.Expression(argument));
            _references.Add(argument);
        }

        Writer.WriteEndArray();
    }

    private void WriteVolumes(ContainerResource container)
    {
        var volumes = container.Annotations.OfType<ContainerMountAnnotation>().Where(mount => mount.Type == ContainerMountType.Volume).ToList();
        if (volumes.Count == 0)
            return;

        Writer.WriteStartArray("volumes");
        foreach (var volume in volumes)
        {
            Writer.WriteStartObject();
            if (volume.Source is not null)
                Writer.WriteString("name", volume.Source);
            Writer.WriteString("target", volume.Target);
            Writer.WriteBoolean("readOnly", volume.IsReadOnly);
            Writer.WriteEndObject();
        }

        Writer.WriteEndArray();
    }

    private void WriteBindings(IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        if (endpoints.Count == 0)
            return;

        var schemes = new HashSet<string>();
        Writer.WriteStartObject("bindings");
        foreach (var endpoint in endpoints)
            WriteBinding(endpoint, isDefault: resource is ProjectResource && endpoint.UriScheme is "http" or "https" && schemes.Add(endpoint.UriScheme));
        Writer.WriteEndObject();
    }

    private void WriteBinding(EndpointAnnotation endpoint, bool isDefault)
    {
        Writer.WriteStartObject(endpoint.Name);
        Writer.WriteString("scheme", endpoint.UriScheme);
        Writer.WriteString("protocol", endpoint.Protocol.ToString().ToLowerInvariant());
        Writer.WriteString("transport", endpoint.Transport);
        // The port of a project's first endpoint is for the deployment tool to choose.
        var targetPort = endpoint.TargetPort ?? (isDefault ? null : _nextPort++);
        if (endpoint.Port is { } port && port != targetPort)
            Writer.WriteNumber("port", port);
        if (targetPort is not null)
            Writer.WriteNumber("targetPort", targetPort.Value);
        if (endpoint.IsExternal)
            Writer.WriteBoolean("external", true);
        Writer.WriteEndObject();
    }

    private string RelativePath(string path) =>
        Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(ManifestPath))!, path).Replace('\\', '/');
}
