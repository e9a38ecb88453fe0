using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.PersonalData;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Tokens;
using CreditSystem.Identity.Users;
using CreditSystem.ServiceDefaults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Identity;

/// <summary>Adds who may do what: tenants, users, sessions, tokens, API keys, and the record of what they did.</summary>
public static class IdentityExtensions
{
    /// <summary>OWASP's figure for PBKDF2 with HMAC-SHA-512; Identity's default is less than half of it.</summary>
    private const int PasswordIterations = 210_000;

    /// <summary>
    /// Adds all of this area; it is stored in the database of the rotating MongoDB connection. The application supplies a
    /// <see cref="WalletOf"/>.
    /// </summary>
    public static void AddIdentity(this IHostApplicationBuilder builder)
    {
        builder.AddCredentials();
        builder.AddTenantsAndUsers();
        builder.AddPersonalData();
        builder.Services.AddHostedService<PersonalDataKeyCheck>();
        builder.Services.AddSingleton<SessionStore>();
        builder.Services.AddSingleton<SessionIssuer>();
    }

    /// <summary>What verifies what a caller shows, ends it before its time, and records what was done with it.</summary>
    public static void AddCredentials(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddAccessTokens();
        builder.Services.AddSingleton<VerifiedTokens>();
        builder.Services.AddSingleton<Revocations>();
        builder.AddApiKeys();
        builder.AddSecurityAudit();
    }

    /// <summary>What signs and verifies access tokens, by itself for the command line.</summary>
    public static void AddAccessTokens(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<AccessTokenOptions>().BindConfiguration(
            AccessTokenOptions.SectionName).ValidateDataAnnotations();
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<AccessTokenIssuer>();
    }

    /// <summary>What encrypts and decrypts personal data, by itself for the command line.</summary>
    public static void AddPersonalData(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PersonalDataKeys>();
        builder.Services.AddSingleton<PersonalDataProtector>();
    }

    private static void AddTenantsAndUsers(this IHostApplicationBuilder builder)
    {
        var byDefault = builder.Environment.IsDevelopment() ? TenantRegistration.Open : TenantRegistration.Closed;
        builder.Services.AddOptionsWithValidateOnStart<RegistrationOptions>()
            .Configure(options => options.NewTenants = byDefault.ToString()).BindConfiguration(RegistrationOptions.SectionName)
            .Validate(options => options.IsValid, "Registration:NewTenants is none of Open, First and Closed.");
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = PasswordIterations);
        builder.Services.AddSingleton<PasswordHashing>();
        builder.Services.AddSingleton<TenantStore>();
        builder.Services.AddSingleton<TenantProvisioning>();
        builder.Services.AddSingleton<UserStore>();
        builder.Services.AddSingleton<UserProfiles>();
    }

    private static void AddApiKeys(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ApiKeyOptions>().BindConfiguration(ApiKeyOptions.SectionName)
            .ValidateDataAnnotations();
        builder.Services.AddSingleton<ApiKeyStore>();
        builder.Services.AddSingleton<ApiKeyCache>();
        builder.Services.AddSingleton<ApiKeyIssuer>();
        builder.Services.AddSingleton<ApiKeyUsageTracker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ApiKeyUsageTracker>());
    }

    private static void AddSecurityAudit(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SecurityAuditOptions>().BindConfiguration(SecurityAuditOptions.SectionName)
            .ValidateDataAnnotations();
        builder.Services.AddSingleton<SecurityMetrics>();
        builder.Services.AddCounterInitialization(services => services.GetRequiredService<SecurityMetrics>().Begin());
        builder.Services.AddSingleton<SecurityAuditStore>();
        builder.Services.AddSingleton<SecurityAuditTrail>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SecurityAuditTrail>());
    }
}
