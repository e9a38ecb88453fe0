using CreditSystem.Api.Hardening;
using Microsoft.AspNetCore.Authorization;

namespace CreditSystem.Api.Authentication;

/// <summary>The credential must carry the scope. It is its own handler, so that an application need not register one.</summary>
/// <param name="scope">One of <see cref="Scope"/>.</param>
/// <param name="orOnManagementPort">Those who run the installation may ask as well, without a credential.</param>
internal sealed class ScopeRequirement(
    string scope, bool orOnManagementPort = false) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope => scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (orOnManagementPort && context.Resource is HttpContext request && ManagementPort.IsUsedBy(request)
            || context.User.FindAll(CredentialClaims.Scope)
                .Any(claim => claim.Value.Split(' ').Contains(requirement.Scope, StringComparer.Ordinal)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
