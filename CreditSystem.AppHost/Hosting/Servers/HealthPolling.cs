using System.Reflection;

namespace CreditSystem.AppHost.Hosting.Servers;

internal static class HealthPolling
{
    private const string Monitor = "Aspire.Hosting.Health.ResourceHealthCheckService";
    private const string Setting = "HealthyHealthCheckInterval";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Aspire looks at a healthy resource every 30 s, and has no public setting for it: an outage of half a minute would never be
    /// seen. Where an Aspire to come has no such property any more, its own interval stays.
    /// </summary>
    internal static void UseFrequentHealthChecks(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode)
        {
            builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
            {
                TryApply(start.Services);
                return Task.CompletedTask;
            });
        }
    }

    /// <returns>False where Aspire has no such property.</returns>
    internal static bool TryApply(IServiceProvider services)
    {
        // It alone: the orchestrator, made this early, would not know the dashboard.
        var monitor = typeof(DistributedApplication).Assembly.GetType(Monitor) is { } type ? services.GetService(type) : null;
        var setting = monitor?.GetType().GetProperty(Setting, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        setting?.SetValue(monitor, Interval);
        return setting is not null;
    }
}
