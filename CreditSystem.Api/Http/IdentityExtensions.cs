using CreditSystem.Api.Features.ApiKeys;
using CreditSystem.Api.Features.AuditTrail;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Features.Modules;
using CreditSystem.Api.Features.Payments;
using CreditSystem.Api.Features.Users;
using CreditSystem.Api.Features.Webhooks;
using CreditSystem.Api.Modules;
using CreditSystem.Api.Payments;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.Webhooks;
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
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AuthJson.Default));
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiKeyJson.Default));
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, AuditJson.Default));
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ModuleJson.Default));
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentJson.Default));
        builder.AddModules();
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, WebhookJson.Default));
        builder.AddPayments();
        builder.AddWebhooks();
    }

    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        var version = routes.MapGroup("/v1");
        version.MapAuth();
        version.MapUsers();
        version.MapApiKeys();
        version.MapAuditTrail();
        version.MapPayments();
        version.MapWebhookEndpoints();
        routes.MapModules();
    }
}
