using CreditSystem.Identity.SecurityAudit;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.SecurityAudit;

internal static class AuditingExtensions
{
    /// <summary>Adds the audit trail and the security events.</summary>
    public static void AddAuditing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<AuditOptions>().BindConfiguration(AuditOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<SecurityMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<SecurityMetrics>().Begin());
        services.AddSingleton<AuditStore>();
        services.AddSingleton<AuditTrail>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditTrail>());
    }
}
