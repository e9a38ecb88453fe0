using CreditSystem.AppHost.Hosting.Launch;
using CreditSystem.AppHost.Hosting.Vault;
using Microsoft.Extensions.Logging;

namespace CreditSystem.AppHost.Hosting;

/// <summary>Traffic for the dashboards: off, until somebody starts it or <c>--demo</c> is given.</summary>
internal static partial class DemonstrationExtensions
{
    private const string Indefinitely = "0";

    private static readonly TimeSpan Scene = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Adds customers who use the API. While they do, the secret_id is rotated and Vault is sealed for a while, and none of them
    /// notices.
    /// </summary>
    internal static void AddDemonstration<TProject>(this IDistributedApplicationBuilder builder, string name, LaunchOptions launch,
        IResourceBuilder<ProjectResource> api, IResourceBuilder<IResource> vaultServer, IResourceBuilder<IResource> rotation)
        where TProject : IProjectMetadata, new()
    {
        if (builder.ExecutionContext.IsPublishMode)
            return;

        var traffic = builder.AddProject<TProject>(name)
            .WithEnvironment("API_URL", api.GetEndpoint("http"))
            .WithTrustInCertificatesOf(api, launch)
            .WithIconName("PeopleTeam")
            .WithParentRelationship(api)
            .WaitFor(api)
            .ExcludeFromManifest();
        if (launch.HasDemonstration)
            traffic.WithEnvironment("TRAFFIC_SECONDS", Indefinitely);
        else
            traffic.WithExplicitStart();

        api.WithExclusiveCommand("demonstrate", "Start the demonstration", context => StartAsync(context, traffic.Resource),
            new CommandOptions
            {
                Description = "Two minutes of customers, with a rotation of the secret_id and a short outage of Vault on the way.",
                IconName = "PeopleTeam",
                UpdateState = CommandExtensions.WhenRunning,
            });
        builder.Eventing.Subscribe<ResourceReadyEvent>(
            traffic.Resource, (ready, cancellationToken) => PlayWhileItRunsAsync(ready.Services, traffic.Resource, vaultServer.Resource,
                rotation.Resource, cancellationToken));
    }

    private static async Task<ExecuteCommandResult> StartAsync(ExecuteCommandContext context, ProjectResource traffic)
    {
        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        if (notifications.TryGetCurrentState(traffic.Name, out var now) && now.Snapshot.State?.Text == KnownResourceStates.Running)
            return CommandResults.Failure($"The demonstration is under way already. Stop '{traffic.Name}' to end it.");

        var started = await context.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(traffic,
            KnownResourceCommands.StartCommand, context.CancellationToken);
        if (!started.Success)
            return started;

        await notifications.WaitForResourceAsync(traffic.Name, KnownResourceStates.Running, context.CancellationToken);
        return CommandResults.Success($"The customers are there for two minutes. Stop '{traffic.Name}' to end it before.");
    }

    /// <summary>To stop the customers is to stop the play: nobody expects Vault to be sealed after that.</summary>
    private static async Task PlayWhileItRunsAsync(IServiceProvider services, ProjectResource traffic, IResource vault, IResource rotation,
        CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var play = PlayAsync(services, vault, rotation, ended.Token);
        try
        {
            var stopped = services.GetRequiredService<ResourceNotificationService>().WaitForResourceAsync(traffic.Name,
                KnownResourceStates.TerminalStates, ended.Token);
            await Task.WhenAny(play, stopped);
        }
        finally
        {
            await ended.CancelAsync();
        }

        await play.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task PlayAsync(IServiceProvider services, IResource vault, IResource rotation, CancellationToken cancellationToken)
    {
        var commands = services.GetRequiredService<ResourceCommandService>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Demonstration");
        await Task.Delay(Scene, cancellationToken);
        await ExecuteAsync(rotation, KnownResourceCommands.StartCommand);
        await Task.Delay(Scene, cancellationToken);
        await ExecuteAsync(vault, VaultCommandExtensions.Seal);
        try
        {
            await Task.Delay(Outage, cancellationToken);
        }
        finally
        {
            // However the demonstration ends, it leaves a Vault behind that works.
            await ExecuteAsync(vault, VaultCommandExtensions.Unseal);
        }

        async Task ExecuteAsync(IResource resource, string command)
        {
            var result = await commands.ExecuteCommandAsync(resource, command, CancellationToken.None);
            if (!result.Success)
                Log.Failed(logger, command, resource.Name, result.Message ?? "no reason given");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "'{Command}' of {Resource} failed: {Reason}")]
        public static partial void Failed(ILogger logger, string command, string resource, string reason);
    }
}
