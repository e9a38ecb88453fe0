using Microsoft.AspNetCore.Authorization;

namespace CreditSystem.Api.Access;

/// <summary>The credential must carry the scope. It is its own handler, so that an application need not register one.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public string Scope => scope;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.FindAll(AccessExtensions.ScopeClaim).Any(claim => claim.Value.Split(' ').Contains(requirement.Scope, StringComparer.Ordinal)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
