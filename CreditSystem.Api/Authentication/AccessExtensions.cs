using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity;
using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Authentication;

internal static class AccessExtensions
{
    internal const string TenantClaim = "tenant";
    internal const string ScopeClaim = "scope";
    internal const string RoleClaim = "role";
    internal const string SessionClaim = "sid";
    internal const string CredentialClaim = "credential";
    internal const string CredentialKindClaim = "credential_kind";
    internal const string RevocationClaim = "revocation";

    /// <summary>The scheme of a request without a word about schemes: an API key where one is shown, a token elsewhere.</summary>
    private const string AnyCredential = "any";

    /// <summary>Adds authentication and authorization. A route that says nothing asks for a credential.</summary>
    internal static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddAccessTokens();
        builder.Services.AddSingleton<PromptRedis>();
        builder.Services.AddSingleton<Revocations>();
        builder.AddAuditing();
        builder.Services.AddAuthentication(AnyCredential)
            .AddPolicyScheme(AnyCredential, null, options => options.ForwardDefaultSelector = context =>
                ApiKeyHandler.IsShown(context.Request) ? ApiKeyHandler.SchemeName : JwtBearerDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddJwtBearer();
        builder.Services.AddSingleton<VerifiedTokens>();
        builder.Services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        builder.AddApiKeys();
        builder.AddRateLimiting();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, ForbiddenProblemWriter>();
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    /// <summary>What signs and verifies access tokens, without the HTTP side, for the command line.</summary>
    internal static void AddAccessTokens(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<AccessTokenOptions>().BindConfiguration(AccessTokenOptions.SectionName).ValidateDataAnnotations();
        builder.Services.AddSingleton<SigningKeys>();
        builder.Services.AddSingleton<AccessTokenIssuer>();
    }

    /// <summary>After the problems, before every endpoint.</summary>
    internal static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<AuditRecorder>();
        app.UseAuthentication();
        app.UseMiddleware<RateLimitMiddleware>();
        app.UseAuthorization();
    }

    private static void AddApiKeys(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<ApiKeyOptions>().BindConfiguration(ApiKeyOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeyCache>();
        services.AddSingleton<ApiKeyIssuer>();
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
    }

    private static void AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RateLimitOptions>().BindConfiguration(RateLimitOptions.SectionName).ValidateDataAnnotations();
        builder.Services.AddSingleton<RateLimiter>();
    }

    /// <summary>403 <c>missing_scope</c> unless the credential carries the scope.</summary>
    /// <param name="builder">The route.</param>
    /// <param name="scope">One of <see cref="Scope"/>.</param>
    /// <param name="orOnManagementPort">Those who run the installation may ask as well, without a credential.</param>
    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope, bool orOnManagementPort = false)
        where TBuilder : IEndpointConventionBuilder
    {
        // Nobody without a credential has a scope, so there is no need to require the credential as well.
        var requirement = new ScopeRequirement(scope, orOnManagementPort);
        return builder.RequireAuthorization(policy => policy.AddRequirements(requirement)).WithMetadata(requirement);
    }
}
