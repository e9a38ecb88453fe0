using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Asks the health checks of a running resource: often until it is healthy, then now and again, and somewhat more often while it is not healthy any more.</summary>
internal sealed class HealthMonitor(HealthCheckService checks, ResourceNotificationService notifications, IDistributedApplicationEventing eventing, IServiceProvider services)
{
    private static readonly TimeSpan WhileStarting = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WhileUnhealthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhileHealthy = TimeSpan.FromSeconds(5);

    internal async Task WatchAsync(IResource resource, CancellationToken cancellationToken)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet(StringComparer.Ordinal);
        var announced = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            var report = await checks.CheckHealthAsync(registration => keys.Contains(registration.Name), cancellationToken);
            // A report that was asked for before the process ended says nothing about the one that takes its place.
            cancellationToken.ThrowIfCancellationRequested();
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                HealthStatus = report.Status,
                HealthReports = [.. report.Entries.Select(entry => new HealthReportSnapshot(entry.Key, entry.Value.Status, entry.Value.Description, entry.Value.Exception?.Message))],
            });
            var isHealthy = report.Status == HealthStatus.Healthy;
            if (isHealthy && !announced)
            {
                announced = true;
                // Whoever listens may take as long as it likes; the checks go on.
                _ = eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
            }

            if (keys.Count == 0)
                return;

            await Task.Delay(isHealthy ? WhileHealthy : announced ? WhileUnhealthy : WhileStarting, cancellationToken);
        }
    }
}
