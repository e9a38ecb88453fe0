using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Modules;

internal static class ModulesExtensions
{
    /// <summary>The health checks that are modules of the system; neither liveness nor readiness asks them.</summary>
    public const string Tag = "module";

    public static void AddModules(this WebApplicationBuilder builder)
    {
        builder.AddModule("accounts", ModuleChecks.StorageAsync);
        builder.AddModule("ledger", ModuleChecks.LedgerAsync);
        builder.AddModule("users", ModuleChecks.UsersAsync);
        builder.AddModule("keys", ModuleChecks.KeysAsync);
        builder.AddModule("payments", ModuleChecks.PaymentsAsync);
        builder.AddModule("webhooks", ModuleChecks.StorageAsync);
        builder.AddModule("secrets", ModuleChecks.SecretsAsync);
    }

    /// <summary>Adds a module under a name that is part of the API.</summary>
    private static void AddModule(
        this WebApplicationBuilder builder, string name, Func<IServiceProvider, CancellationToken, Task<HealthCheckResult>> check) =>
        builder.Services.AddHealthChecks()
            .Add(new HealthCheckRegistration(name, services => new ModuleCheck(services, check), HealthStatus.Unhealthy, [Tag]));

    private sealed class ModuleCheck(
        IServiceProvider services, Func<IServiceProvider, CancellationToken, Task<HealthCheckResult>> check) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            check(services, cancellationToken);
    }
}
