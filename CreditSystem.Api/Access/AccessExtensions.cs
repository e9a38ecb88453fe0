using System.Collections.Frozen;
using System.Security.Claims;

namespace CreditSystem.Api.Access;

internal static class AccessExtensions
{
    internal const string TenantClaim = "tenant";
    internal const string ScopeClaim = "scope";
    internal const string RoleClaim = "role";

    /// <summary>The authenticated caller. Only for endpoints that require a scope; throws where nobody is authenticated.</summary>
    internal static Caller GetCaller(this HttpContext context)
    {
        var user = context.User;
        var scopes = user.FindAll(ScopeClaim).SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToFrozenSet(StringComparer.Ordinal);
        return new Caller(Required(user, TenantClaim), Required(user, ClaimTypes.NameIdentifier), scopes, user.FindFirstValue(RoleClaim) == "user");
    }

    /// <summary>403 <c>missing_scope</c> unless the credential carries the scope.</summary>
    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireAssertion(context =>
            context.User.FindAll(ScopeClaim).Any(claim => claim.Value.Split(' ').Contains(scope, StringComparer.Ordinal))));

    private static string Required(ClaimsPrincipal user, string claim) =>
        user.FindFirstValue(claim) ?? throw new InvalidOperationException($"The credential has no '{claim}' claim.");
}
