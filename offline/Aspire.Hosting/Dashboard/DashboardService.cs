using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Protocol;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Dashboard;

/// <summary>Tells the dashboard what the resources are and do, and carries out what is clicked there.</summary>
internal sealed class DashboardService(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService loggers, ResourceCommandService commands, ResourceMessages messages, IHostEnvironment environment, IHostApplicationLifetime lifetime) : Protocol.DashboardService.DashboardServiceBase
{
    private const string ProjectSuffix = ".AppHost";

    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context)
    {
        var name = environment.ApplicationName;
        return Task.FromResult(new ApplicationInformationResponse { ApplicationName = name.EndsWith(ProjectSuffix, StringComparison.OrdinalIgnoreCase) ? name[..^ProjectSuffix.Length] : name });
    }

    public override Task WatchResources(WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context) => UntilEndAsync(context, async ending =>
    {
        var initial = new InitialResourceData();
        foreach (var current in notifications.Current)
            initial.Resources.Add(await messages.CreateAsync(current, ending));
        await responseStream.WriteAsync(new WatchResourcesUpdate { InitialData = initial }, ending);

        await foreach (var change in notifications.WatchAsync(ending))
        {
            var changes = new WatchResourcesChanges();
            changes.Value.Add(new WatchResourcesChange { Upsert = await messages.CreateAsync(change, ending) });
            await responseStream.WriteAsync(new WatchResourcesUpdate { Changes = changes }, ending);
        }
    });

    public override Task WatchResourceConsoleLogs(WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context) => UntilEndAsync(context, async ending =>
    {
        var resource = Find(request.ResourceName);
        var batches = request.SuppressFollow ? loggers.GetAllAsync(resource) : loggers.WatchAsync(resource);
        await foreach (var lines in batches.WithCancellation(ending))
        {
            var update = new WatchResourceConsoleLogsUpdate();
            update.LogLines.AddRange(lines.Select(line => new ConsoleLogLine { LineNumber = line.LineNumber, Text = line.Content, IsStdErr = line.IsErrorMessage }));
            await responseStream.WriteAsync(update, ending);
        }
    });

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        try
        {
            var result = await commands.ExecuteCommandAsync(Find(request.ResourceName), request.CommandName, context.CancellationToken);
            var response = new ResourceCommandResponse
            {
                Kind = result switch
                {
                    { Success: true } => ResourceCommandResponseKind.Succeeded,
                    { Canceled: true } => ResourceCommandResponseKind.Cancelled,
                    _ => ResourceCommandResponseKind.Failed,
                },
            };
            if (result.Message is { } message)
                (response.Message, response.ErrorMessage) = (message, result.Success ? "" : message);
            return response;
        }
        catch (OperationCanceledException)
        {
            return new ResourceCommandResponse { Kind = ResourceCommandResponseKind.Cancelled };
        }
    }

    /// <summary>The dashboard asks again and again for a stream whose headers do not come, or that ends.</summary>
    public override Task WatchInteractions(IAsyncStreamReader<WatchInteractionsRequestUpdate> requestStream, IServerStreamWriter<WatchInteractionsResponseUpdate> responseStream, ServerCallContext context) =>
        UntilEndAsync(context, async ending =>
        {
            await context.WriteResponseHeadersAsync([]);
            await Task.Delay(Timeout.Infinite, ending);
        });

    private IResource Find(string name) => model.Resources.FirstOrDefault(resource => ResourceMessages.NameOf(resource) == name)
        ?? throw new RpcException(new Status(StatusCode.NotFound, $"There is no resource '{name}'."));

    /// <summary>Until the dashboard hangs up, or the application ends.</summary>
    private async Task UntilEndAsync(ServerCallContext context, Func<CancellationToken, Task> send)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopped);
        try
        {
            await send(ends.Token);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
        }
    }
}
