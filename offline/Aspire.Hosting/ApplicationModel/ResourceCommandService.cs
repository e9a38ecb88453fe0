using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Carries out commands of resources.</summary>
public class ResourceCommandService
{
    private readonly IServiceProvider _services;

    internal ResourceCommandService(IServiceProvider services) => _services = services;

    /// <summary>Carries out a command.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var model = _services.GetRequiredService<DistributedApplicationModel>();
        var resource = model.Resources.FirstOrDefault(resource => string.Equals(resource.Name, resourceId, StringComparison.OrdinalIgnoreCase));
        return resource is null
            ? Task.FromResult(CommandResults.Failure($"Resource '{resourceId}' not found."))
            : ExecuteCommandAsync(resource, commandName, cancellationToken);
    }

    /// <summary>Carries out a command.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        var logger = _services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
        try
        {
            if (await _services.GetRequiredService<ApplicationOrchestrator>().TryExecuteAsync(resource, commandName, cancellationToken))
                return CommandResults.Success();

            var command = resource.Annotations.OfType<ResourceCommandAnnotation>().FirstOrDefault(command => command.Name == commandName);
            return command is null
                ? CommandResults.Failure($"Command '{commandName}' not available for resource '{resource.Name}'.")
                : await command.ExecuteCommand(new ExecuteCommandContext { ServiceProvider = _services, ResourceName = resource.Name, CancellationToken = cancellationToken, Logger = logger });
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return CommandResults.Failure(failure.Message);
        }
    }
}
