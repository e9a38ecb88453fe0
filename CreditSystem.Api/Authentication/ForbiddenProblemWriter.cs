using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Net.Http.Headers;

namespace CreditSystem.Api.Authentication;

/// <summary>Says which scope was missing, in the problem and in <c>WWW-Authenticate</c> (RFC 6750, section 3.1).</summary>
internal sealed class ForbiddenProblemWriter(SecurityMetrics metrics) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler inner = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (!authorizeResult.Forbidden)
        {
            await inner.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        metrics.Count(SecurityEvent.ScopeRefused);
        var scope = authorizeResult.AuthorizationFailure?.FailedRequirements.OfType<ScopeRequirement>().FirstOrDefault()?.Scope;
        if (scope is not null)
            context.Response.Headers[HeaderNames.WWWAuthenticate] = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
        await ApiProblems.Create(
            StatusCodes.Status403Forbidden,
            ProblemCodes.MissingScope,
            scope is null ? "The credential does not allow this." : $"The credential lacks the scope {scope}.",
            ("scope", scope)).ExecuteAsync(context);
    }
}
