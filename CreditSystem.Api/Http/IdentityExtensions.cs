using CreditSystem.Api.Features.ApiKeys;
using CreditSystem.Api.Features.AuditTrail;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Features.Users;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.PersonalData;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;
using Microsoft.AspNetCore.Identity;

namespace CreditSystem.Api.Http;

internal static class IdentityExtensions
{
    /// <summary>OWASP's figure for PBKDF2 with HMAC-SHA-512; Identity's default is less than half of it.</summary>
    private const int PasswordIterations = 210_000;

    /// <summary>Adds tenants, users and their sessions; they are in the database of the current <c>MongoConnection</c>.</summary>
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<RegistrationOptions>().BindConfiguration(RegistrationOptions.SectionName)
            .Validate(options => options.IsValid, "Registration:NewTenants is none of Open, First and Closed.");
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = PasswordIterations);
        services.AddSingleton<PersonalDataKeys>();
        services.AddSingleton<PersonalDataProtector>();
        services.AddHostedService<PersonalDataKeyCheck>();
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<TenantStore>();
        services.AddSingleton<UserStore>();
        services.AddSingleton<UserProfiles>();
        services.AddSingleton<TenantOpening>();
        services.AddSingleton<Wallets>();
        services.AddSingleton<UserRegistration>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionIssuer>();
        services.AddSingleton<LoginLimiter>();
        services.AddSingleton<LoginCompletion>();
    }

    /// <summary>Maps authentication, users, API keys and the audit trail under <c>/v1</c>.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        var version = routes.MapV1();
        version.MapAuth();
        version.MapUsers();
        version.MapApiKeys();
        version.MapAuditTrail();
    }
}
