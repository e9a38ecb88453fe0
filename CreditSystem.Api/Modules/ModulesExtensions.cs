using CreditSystem.Api.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Modules;

internal static class ModulesExtensions
{
    /// <summary>The health checks that are modules of the system; neither liveness nor readiness asks them.</summary>
    public const string Tag = "module";

    public static void AddModules(this WebApplicationBuilder builder)
    {
        builder.AddModule("accounts", [HealthPart.MongoDB]);
        builder.AddModule("ledger", [HealthPart.MongoDB], ModuleChecks.Ledger);
        builder.AddModule("users", [HealthPart.MongoDB], ModuleChecks.PersonalData);
        builder.AddModule("keys", [HealthPart.MongoDB, HealthPart.Redis]);
        builder.AddModule("payments", [HealthPart.MongoDB], ModuleChecks.Payments);
        builder.AddModule("webhooks", [HealthPart.MongoDB]);
        builder.AddModule("secrets", [HealthPart.Vault, HealthPart.Secrets]);
    }

    /// <summary>Adds a module under a name that is part of the API.</summary>
    private static void AddModule(
        this WebApplicationBuilder builder, string name, HealthPart[] needs, Func<IServiceProvider, HealthFinding?>? own = null) =>
        builder.Services.AddHealthChecks().Add(
            new HealthCheckRegistration(name, services => new ModuleCheck(services, needs, own), HealthStatus.Unhealthy, [Tag]));

    private sealed class ModuleCheck(IServiceProvider services, HealthPart[] needs, Func<IServiceProvider, HealthFinding?>? own)
        : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var health = await services.GetRequiredService<HealthModel>().ReadAsync(cancellationToken);
            var findings = health.Findings.Where(finding => needs.Contains(finding.Part)).ToList();
            if (own?.Invoke(services) is { } another)
                findings.Add(another);
            var worst = SystemHealth.Worst(findings);
            return new HealthCheckResult(worst, findings.Find(finding => finding.Status == worst)?.Reason);
        }
    }
}
