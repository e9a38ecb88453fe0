using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CreditSystem.Api.Authentication;

internal static class AccessExtensions
{
    /// <summary>The scheme of a request without a word about schemes: an API key where one is shown, a token elsewhere.</summary>
    private const string AnyCredential = "any";

    /// <summary>Adds authentication, authorization and rate limits. A route that says nothing asks for a credential.</summary>
    internal static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddAuthentication(AnyCredential)
            .AddPolicyScheme(AnyCredential, null, options => options.ForwardDefaultSelector = context =>
                ShownCredentials.HasApiKey(context.Request) ? ApiKeyHandler.SchemeName : JwtBearerDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddJwtBearer();
        builder.Services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        builder.AddRateLimiting();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, ForbiddenProblemWriter>();
        builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    /// <summary>After the problems, before every endpoint.</summary>
    internal static void UseAccess(this WebApplication app)
    {
        app.UseMiddleware<SecurityAuditRecorder>();
        app.Use(next => context => ShownCredentials.RefuseSeveralAsync(context, next));
        app.UseAuthentication();
        app.UseMiddleware<RateLimitMiddleware>();
        app.UseAuthorization();
    }

    private static void AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RateLimitOptions>().BindConfiguration(RateLimitOptions.SectionName)
            .ValidateDataAnnotations();
        builder.Services.AddSingleton<RateLimiter>();
    }

    /// <summary>403 <c>missing_scope</c> unless the credential carries the scope.</summary>
    /// <param name="builder">The route.</param>
    /// <param name="scope">One of <see cref="Identity.Scope"/>.</param>
    /// <param name="orOnManagementPort">Those who run the installation may ask as well, without a credential.</param>
    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope, bool orOnManagementPort = false)
        where TBuilder : IEndpointConventionBuilder
    {
        // Nobody without a credential has a scope, so there is no need to require the credential as well.
        var requirement = new ScopeRequirement(scope, orOnManagementPort);
        return builder.RequireAuthorization(policy => policy.AddRequirements(requirement)).WithMetadata(requirement);
    }
}
