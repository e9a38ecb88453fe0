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
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Http;

internal static class IdentityExtensions
{
    /// <summary>Adds what registers users, logs them in and opens their wallets.</summary>
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<Wallets>();
        services.AddSingleton<WalletOf>(provider => provider.GetRequiredService<Wallets>().IdOf);
        services.AddSingleton<UserRegistration>();
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
