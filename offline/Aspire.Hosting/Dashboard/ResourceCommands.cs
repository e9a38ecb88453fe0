using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Protocol;

namespace Aspire.Hosting.Dashboard;

/// <summary>The buttons of a resource: start, stop and restart for whatever runs, and its own.</summary>
internal static class ResourceCommands
{
    internal static IEnumerable<ResourceCommand> Of(IResource resource, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        var own = resource.Annotations.OfType<ResourceCommandAnnotation>().Select(command => Create(command, snapshot, services));
        if (resource is not (ProjectResource or ExecutableResource or ContainerResource))
            return own;

        var state = snapshot.State?.Text;
        var isStopped = state is null || state == KnownResourceStates.NotStarted || ResourceNotificationService.IsTerminal(snapshot);
        var isChanging = state == KnownResourceStates.Stopping || state == KnownResourceStates.Starting;
        return
        [
            Create(KnownResourceCommands.StartCommand, "Start", "Play", isStopped ? CommandState.ResourceCommandStateEnabled : CommandState.ResourceCommandStateHidden, isHighlighted: true),
            Create(KnownResourceCommands.StopCommand, "Stop", "Stop", isStopped ? CommandState.ResourceCommandStateHidden : Unless(isChanging), isHighlighted: true),
            Create(KnownResourceCommands.RestartCommand, "Restart", "ArrowCounterclockwise", isStopped ? CommandState.ResourceCommandStateHidden : Unless(state != KnownResourceStates.Running), isHighlighted: false),
            .. own,
        ];
    }

    private static CommandState Unless(bool isDisabled) => isDisabled ? CommandState.ResourceCommandStateDisabled : CommandState.ResourceCommandStateEnabled;

    private static ResourceCommand Create(string name, string displayName, string iconName, CommandState state, bool isHighlighted) =>
        new() { Name = name, DisplayName = displayName, IconName = iconName, IconVariant = IconVariant.Filled, State = state, IsHighlighted = isHighlighted };

    private static ResourceCommand Create(ResourceCommandAnnotation annotation, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        var options = annotation.Options;
        var state = options.UpdateState?.Invoke(new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = services }) ?? ResourceCommandState.Enabled;
        var command = Create(annotation.Name, annotation.DisplayName, options.IconName ?? "", (CommandState)(int)state, options.IsHighlighted);
        if (options.Description is { } description)
            command.DisplayDescription = description;
        if (options.ConfirmationMessage is { } question)
            command.ConfirmationMessage = question;
        return command;
    }
}
