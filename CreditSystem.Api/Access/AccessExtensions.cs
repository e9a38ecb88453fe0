using System.Collections.Frozen;
using System.Security.Claims;
using CreditSystem.Api.Access.Sessions;
using CreditSystem.Api.Access.Tokens;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Access;

internal static class AccessExtensions
{
    internal const string TenantClaim = "tenant";
    internal const string ScopeClaim = "scope";
    internal const string RoleClaim = "role";
    internal const string SessionClaim = "sid";
    internal const string CredentialClaim = "credential";

    /// <summary>Adds authentication and authorization. A route that says nothing asks for a credential.</summary>
    internal static void AddAccess(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddAccessTokens();
        builder.Services.AddSingleton<PromptRedis>();
        builder.Services.AddSingleton<Revocations>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerSetup>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalWriter>();
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
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>The authenticated caller. Only for endpoints that require a scope; throws where nobody is authenticated.</summary>
    internal static Caller GetCaller(this HttpContext context)
    {
        var user = context.User;
        var scopes = user.FindAll(ScopeClaim).SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToFrozenSet(StringComparer.Ordinal);
        return new Caller(Required(user, TenantClaim), Required(user, ClaimTypes.NameIdentifier), scopes, user.FindFirstValue(RoleClaim) == Role.User);
    }

    /// <summary>403 <c>missing_scope</c> unless the credential carries the scope.</summary>
    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        var requirement = new ScopeRequirement(scope);
        return builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(requirement)).WithMetadata(requirement);
    }

    private static string Required(ClaimsPrincipal user, string claim) =>
        user.FindFirstValue(claim) ?? throw new InvalidOperationException($"The credential has no '{claim}' claim.");
}
