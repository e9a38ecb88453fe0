using System.Reflection;
using System.Security.Claims;

namespace CreditSystem.Api.Binding;

/// <summary>The authenticated caller, bound from the claims of its credential. Only for routes that require one.</summary>
/// <param name="Role">One of <see cref="Identity.Role"/>.</param>
/// <param name="Session">The login that the credential comes from, where there is one.</param>
internal sealed record RequestCaller(
    string Tenant, string Principal, IReadOnlySet<string> Scopes, bool OwnAccountsOnly, string Role, string? Session)
    : Caller(Tenant, Principal, Scopes, OwnAccountsOnly), IBindableFromHttpContext<RequestCaller>
{
    /// <summary>Whose accounts alone the caller may use; null where it may use all of the tenant.</summary>
    public string? Holder => OwnAccountsOnly ? Principal : null;

    public static ValueTask<RequestCaller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<RequestCaller?>(From(context.User));

    public static RequestCaller From(ClaimsPrincipal user)
    {
        var scopes = user.FindAll(CredentialClaims.Scope)
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var role = user.FindFirstValue(CredentialClaims.Role) ?? "";
        return new RequestCaller(
            Required(user, CredentialClaims.Tenant), Required(user, ClaimTypes.NameIdentifier),
            scopes.ToHashSet(StringComparer.Ordinal),
            role == Identity.Role.User, role, user.FindFirstValue(CredentialClaims.Session));
    }

    private static string Required(ClaimsPrincipal user, string claim) =>
        user.FindFirstValue(claim) ?? throw new InvalidOperationException($"The credential has no '{claim}' claim.");
}
