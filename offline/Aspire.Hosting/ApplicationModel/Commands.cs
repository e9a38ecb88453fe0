using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Whether a command can be used now.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled,

    /// <summary>It is shown, but cannot.</summary>
    Disabled,

    /// <summary>It is not shown.</summary>
    Hidden,
}

/// <summary>What a command decides its state by.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The resource as it is now.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The services of the host.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>How a command is shown.</summary>
public class CommandOptions
{
    /// <summary>What it does, in a sentence.</summary>
    public string? Description { get; set; }

    /// <summary>What is asked before it is carried out.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>Name of a Fluent UI icon.</summary>
    public string? IconName { get; set; }

    /// <summary>Whether it stands beside the resource, not in its menu.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Whether it can be used now; always, if null.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>What a command works on.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The services of the host.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource.</summary>
    public required string ResourceName { get; init; }

    /// <summary>Ends it.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>The console log of the resource.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>What came of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>Whether it did what it says.</summary>
    public required bool Success { get; init; }

    /// <summary>Whether somebody gave it up.</summary>
    public bool Canceled { get; init; }

    /// <summary>What there is to say about it.</summary>
    public string? Message { get; init; }
}

/// <summary>Makes results of commands.</summary>
public static class CommandResults
{
    /// <summary>It did what it says.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It did what it says.</summary>
    public static ExecuteCommandResult Success(string message) => new() { Success = true, Message = message };

    /// <summary>It did not do what it says.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>Somebody gave it up.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>A command of a resource.</summary>
/// <param name="name">Name, unique within the resource.</param>
/// <param name="displayName">Name that is shown.</param>
/// <param name="executeCommand">Carries it out.</param>
/// <param name="options">How it is shown.</param>
internal sealed class ResourceCommandAnnotation(string name, string displayName, Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions options) : IResourceAnnotation
{
    public string Name { get; } = name;

    public string DisplayName { get; } = displayName;

    public CommandOptions Options { get; } = options;

    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; } = executeCommand;
}

/// <summary>Names of the commands that every resource has.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts it.</summary>
    public const string StartCommand = "start";

    /// <summary>Stops it.</summary>
    public const string StopCommand = "stop";

    /// <summary>Stops and starts it.</summary>
    public const string RestartCommand = "restart";
}
