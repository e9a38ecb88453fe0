namespace CreditSystem.ServiceDefaults;

/// <summary>Initialises counters to zero: an alert on increases does not see a series that begins with its first failure.</summary>
public static class CounterInitialization
{
    /// <summary>Measures once the host has started. What is measured before goes nowhere, since nobody collects it yet.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="measure">Adds zero to counters.</param>
    public static IServiceCollection AddCounterInitialization(this IServiceCollection services, Action<IServiceProvider> measure)
    {
        // Not AddHostedService, which takes one of each type only.
        services.AddSingleton<IHostedService>(provider => new AfterStart(() => measure(provider)));
        return services;
    }

    private sealed class AfterStart(Action measure) : HostedLifecycle
    {
        public override Task StartedAsync(CancellationToken cancellationToken)
        {
            measure();
            return Task.CompletedTask;
        }
    }
}
