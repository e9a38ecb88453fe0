namespace CreditSystem.AppHost.Kubernetes;

/// <summary>A network endpoint of a resource, as the manifest's <c>bindings</c> describe it.</summary>
/// <param name="Name">Binding name; it becomes the name of the port.</param>
/// <param name="Scheme">URI scheme.</param>
/// <param name="TargetPort">Port that the container listens on.</param>
/// <param name="Port">Port of the Service.</param>
internal sealed record ManifestBinding(string Name, string Scheme, int TargetPort, int Port);

/// <summary>A named volume of a container.</summary>
/// <param name="Name">Name of the claim.</param>
/// <param name="Target">Path inside the container.</param>
/// <param name="ReadOnly">True when the container only reads it.</param>
internal sealed record ManifestVolume(string Name, string Target, bool ReadOnly);

/// <summary>One resource of <c>aspire-manifest.json</c>.</summary>
internal sealed record ManifestResource(string Name, string Type)
{
    /// <summary>Image of a container; null for a project, whose image is built from its source.</summary>
    public string? Image { get; init; }

    /// <summary>Replaces the image's entry point when not null.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>Arguments, with expressions unresolved.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>Environment in the manifest's order, with expressions unresolved.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Env { get; init; } = [];

    /// <summary>Endpoints in the manifest's order.</summary>
    public IReadOnlyList<ManifestBinding> Bindings { get; init; } = [];

    /// <summary>Named volumes.</summary>
    public IReadOnlyList<ManifestVolume> Volumes { get; init; } = [];

    /// <summary>Connection string, with expressions unresolved.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Value of a parameter or of an annotated string, with expressions unresolved.</summary>
    public string? Value { get; init; }

    /// <summary>How an annotated string is encoded (<c>uri</c>), or null.</summary>
    public string? Filter { get; init; }

    /// <summary>True for a parameter that holds a secret.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Default of a parameter that is no secret, or null.</summary>
    public string? Default { get; init; }

    /// <summary>True when it becomes a workload of the cluster.</summary>
    public bool IsWorkload =>
        Type is ManifestTypes.Project or ManifestTypes.ProjectV1 or ManifestTypes.Container or ManifestTypes.ContainerV1;

    /// <summary>True when its image is built from a project of this repository.</summary>
    public bool IsProject => Type is ManifestTypes.Project or ManifestTypes.ProjectV1;
}

internal static class ManifestTypes
{
    internal const string Project = "project.v0";
    internal const string ProjectV1 = "project.v1";
    internal const string Container = "container.v0";
    internal const string ContainerV1 = "container.v1";
    internal const string Parameter = "parameter.v0";
    internal const string AnnotatedString = "annotated.string";
    internal const string Value = "value.v0";

    internal static readonly IReadOnlyList<string> Known = [Project, ProjectV1, Container, ContainerV1, Parameter, AnnotatedString, Value];
}
