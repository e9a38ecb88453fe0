using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting;

internal static class RotationExtensions
{
    /// <summary>As often as the CronJob of a deployment does it.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12);

    /// <summary>Adds the rotation of the API's secret_id: a resource that runs once when it is started, by a click or by the clock.</summary>
    /// <typeparam name="TProject">The vault-proxy, whose image has the command <c>rotate-secret-id</c>.</typeparam>
    internal static IResourceBuilder<ProjectResource> AddSecretIdRotation<TProject>(this IDistributedApplicationBuilder builder, string name, IResourceBuilder<VaultResource> vault, IResourceBuilder<ProjectResource> bootstrap, IResourceBuilder<ProjectResource> api)
        where TProject : IProjectMetadata, new()
    {
        var rotation = builder.AddProject<TProject>(name)
            .WithEnvironment("VAULT_ADDR", vault.Resource.AddressExpression)
            .WithRotatorAppRole(bootstrap)
            .WithParentRelationship(bootstrap)
            .WithIconName("KeyReset")
            .WithExplicitStart()
            .ExcludeFromManifest();
        api.WithCommand("rotate-secret-id", "Rotate secret_id", context => RotateAsync(context.Services, rotation.Resource, context.CancellationToken), new CommandOptions
        {
            Description = "Gives the API a new secret_id, which it uses from its next login on; the one before stays good for a while.",
            IconName = "KeyReset",
        });
        if (builder.ExecutionContext.IsRunMode)
            builder.Services.AddHostedService(services => new Schedule(services, rotation.Resource));
        return rotation;
    }

    private static Task<ExecuteCommandResult> RotateAsync(IServiceProvider services, IResource rotation, CancellationToken cancellationToken) =>
        services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync(rotation, KnownResourceCommands.StartCommand, cancellationToken);

    private sealed class Schedule(IServiceProvider services, IResource rotation) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var beat = new PeriodicTimer(Interval, services.GetService<TimeProvider>() ?? TimeProvider.System);
            try
            {
                while (await beat.WaitForNextTickAsync(stoppingToken))
                    await RotateAsync(services, rotation, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
            }
        }
    }
}
