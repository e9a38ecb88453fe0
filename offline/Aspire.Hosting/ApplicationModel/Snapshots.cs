using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>Kind of the resource, as it is shown.</summary>
    public required string ResourceType { get; init; }

    /// <summary>What else is known of it.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>Its state.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Exit code of its process, if it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether its health checks pass; null while it does not run.</summary>
    public HealthStatus? HealthStatus { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When it was started, UTC.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Where it can be reached.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>Its environment.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Results of its health checks.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; init; } = [];
}

/// <summary>A state.</summary>
/// <param name="Text">One of <see cref="KnownResourceStates"/>, or a text of its own.</param>
/// <param name="Style">How it is shown.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state without a style.</summary>
    public static implicit operator ResourceStateSnapshot?(string? text) => text is null ? null : new(text, null);
}

/// <summary>Something that is known of a resource.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether it must not be shown.</summary>
    public bool IsSensitive { get; init; }
}

/// <summary>An address of a resource.</summary>
/// <param name="Name">Name of the endpoint.</param>
/// <param name="Url">URL.</param>
/// <param name="IsInternal">Whether it is of use within the application only.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);

/// <summary>A variable of the environment of a resource.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value.</param>
/// <param name="IsFromSpec">Whether it was asked for.</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>Result of a health check.</summary>
/// <param name="Name">Name of the check.</param>
/// <param name="Status">Result; null before the first run.</param>
/// <param name="Description">What there is to say about it.</param>
/// <param name="ExceptionText">What went wrong.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText);

/// <summary>The states that a resource passes through.</summary>
public static class KnownResourceStates
{
    /// <summary>Has not been asked to start.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>Waits for another resource.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>Is about to run.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>Runs.</summary>
    public static readonly string Running = "Running";

    /// <summary>Could not be started.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>Is about to end.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>Has ended.</summary>
    public static readonly string Exited = "Exited";

    /// <summary>Has done its work.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>The states in which a resource stays until somebody starts it.</summary>
    public static IReadOnlyList<string> TerminalStates { get; } = [Finished, FailedToStart, Exited];
}

/// <summary>A change of a resource.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">Which instance of it.</param>
/// <param name="snapshot">What it is now.</param>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Which instance of it.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>What it is now.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
