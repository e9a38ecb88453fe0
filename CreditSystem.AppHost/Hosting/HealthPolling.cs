using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.AppHost.Hosting;

internal static class HealthPolling
{
    private const string Monitor = "ResourceHealthCheckService";
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
        var monitor = services.GetServices<IHostedService>().FirstOrDefault(service => service.GetType().Name == Monitor);
        var setting = monitor?.GetType().GetProperty(Setting, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        setting?.SetValue(monitor, Interval);
        return setting is not null;
    }
}
