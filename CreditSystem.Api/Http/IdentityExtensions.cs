using CreditSystem.Api.Features.ApiKeys;
using CreditSystem.Api.Features.AuditTrail;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Features.Users;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Http;

internal static class IdentityExtensions
{
    /// <summary>Adds what registers users, logs them in and opens their wallets.</summary>
    public static void AddUsers(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<Wallets>();
        services.AddSingleton<PasswordForm>(Identifier.Compatible);
        services.AddSingleton<WalletOf>(provider => provider.GetRequiredService<Wallets>().IdOf);
        services.AddSingleton<UserRegistration>();
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
