using CreditSystem.AppHost.Hosting.Terminal;

namespace CreditSystem.AppHost.Hosting.Vault;

internal static class RotationExtensions
{
    internal const string RotateSecretId = "rotate-secret-id";

    /// <summary>As often as the CronJob of a deployment does it.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Adds the rotation of the API's secret_id: a resource that runs once when it is started, by a click or by the clock.
    /// </summary>
    /// <typeparam name="TProject">The command line, which has <c>rotate-secret-id</c>.</typeparam>
    internal static IResourceBuilder<ProjectResource> AddSecretIdRotation<TProject>(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<VaultResource> vault,
        IResourceBuilder<ProjectResource> bootstrap, IResourceBuilder<ProjectResource> api)
        where TProject : IProjectMetadata, new()
    {
        var rotation = builder.AddProject<TProject>(name)
            .WithReference(vault)
            .WithSecretIdRotation(bootstrap)
            .WithParentRelationship(bootstrap)
            .WithIconName("KeyReset")
            .WithExplicitStart()
            .ExcludeFromManifest();
        api.WithExclusiveCommand(RotateSecretId, "Rotate secret_id",
            context => RotateAsync(context.Services, rotation.Resource, context.CancellationToken), new CommandOptions
            {
                Description = "Gives the API a new secret_id, which it uses from its next login on; the one before stays good for a while.",
                IconName = "KeyReset",
                UpdateState = CommandExtensions.WhenRunning,
            });
        if (builder.ExecutionContext.IsRunMode)
            builder.StartEvery(Interval, rotation);
        return rotation;
    }

    /// <summary>Starts the rotation and waits for its end.</summary>
    private static async Task<ExecuteCommandResult> RotateAsync(IServiceProvider services, ProjectResource rotation,
        CancellationToken cancellationToken)
    {
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var before = notifications.TryGetCurrentState(rotation.Name, out var current) ? current.Snapshot.StartTimeStamp : null;
        var started = await services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(rotation,
            KnownResourceCommands.StartCommand, cancellationToken);
        if (!started.Success)
            return started;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        var ended = await notifications.WaitForResourceAsync(rotation.Name,
            change => change.Snapshot.StartTimeStamp != before
                && KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text), limit.Token);
        var log = await services.GetRequiredService<ResourceLoggerService>().LastLinesAsync(rotation, limit.Token);
        return ended.Snapshot.ExitCode == 0
            ? CommandResults.Success("The API has a new secret_id.", string.Join('\n', log))
            : CommandResults.Failure($"The rotation ended with exit code {ended.Snapshot.ExitCode}.", string.Join('\n', log));
    }
}
