using System.Globalization;
using System.Security.Claims;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Authorization;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Between authentication and authorization: asks Redis once whether the credential was revoked and whether its caller may
/// ask for more. While Redis is away reads go on, writes are limited by this replica, and credentials are believed.
/// </summary>
internal sealed class RateLimitMiddleware(
    RequestDelegate next, RateLimiter limiter, IOptionsMonitor<RateLimitOptions> options, SecurityMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (ProbePaths.Contains(context.Request.Path.Value))
        {
            await next(context);
            return;
        }

        var current = options.CurrentValue;
        var buckets = current.Enabled ? BucketsOf(context, current) : [];
        var revocation = context.User.FindFirstValue(CredentialClaims.Revocation);
        if (await limiter.AskAsync(buckets, revocation, context.RequestAborted) is not { } decision)
            decision = new RateLimitDecision(
                false, MethodRules.IsWrite(context.Request.Method) ? Array.ConvertAll(buckets, bucket => limiter.TakeLocally(bucket)) : []);

        if (decision.IsRevoked)
            await EndAsync(context);
        else if (Apply(context, buckets, decision.Buckets))
            await next(context);
        else
            await RefuseAsync(context, buckets, decision.Buckets);
    }

    private static Bucket[] BucketsOf(HttpContext context, RateLimitOptions options)
    {
        var user = context.User;
        Bucket? address = options.Address.Requests > 0 ? new Bucket("address", ClientAddress.From(context).Bucket, options.Address) : null;
        if (user.Identity?.IsAuthenticated != true)
            return address is { } anonymous ? [anonymous] : [];
        var (policy, limit, claim) = user.FindFirstValue(CredentialClaims.Kind) == CredentialKind.ApiKey
            ? ("key", options.Key, CredentialClaims.Credential)
            : ("user", options.User, ClaimTypes.NameIdentifier);
        Bucket? own = limit.Requests > 0
            ? new Bucket(policy, string.Concat(user.FindFirstValue(CredentialClaims.Tenant), ":", user.FindFirstValue(claim)), limit)
            : null;
        return (own, options.CountAddressOfCredentials ? address : null) switch
        {
            ({ } first, { } second) => [first, second],
            ({ } only, null) => [only],
            (null, { } only) => [only],
            _ => [],
        };
    }

    /// <summary>Says what is left of the tightest bucket (draft-ietf-httpapi-ratelimit-headers).</summary>
    private static bool Apply(HttpContext context, Bucket[] buckets, TokenBucketResult[] results)
    {
        var tightest = -1;
        for (var i = 0; i < results.Length; i++)
            if (tightest < 0
                || (results[i].IsAllowed, results[i].Remaining).CompareTo((results[tightest].IsAllowed, results[tightest].Remaining)) < 0)
                tightest = i;
        if (tightest < 0)
            return true;
        RateLimitHeaders.Write(context.Response.Headers, buckets[tightest], results[tightest]);
        return results[tightest].IsAllowed;
    }

    private async Task RefuseAsync(HttpContext context, Bucket[] buckets, TokenBucketResult[] results)
    {
        var refused = Array.FindIndex(results, result => !result.IsAllowed);
        var (policy, limit) = (buckets[refused].Policy, buckets[refused].Limit);
        metrics.Count(SecurityEvent.RateLimited, policy);
        await RateLimitHeaders.Refuse(policy, results[refused].RetryAfter, string.Create(
            CultureInfo.InvariantCulture,
            $"More than {limit.Requests} requests in {limit.WindowSeconds} seconds. Wait as long as Retry-After says."))
            .ExecuteAsync(context);
    }

    /// <summary>A route that is open to all stays open; everywhere else the request ends here.</summary>
    private async Task EndAsync(HttpContext context)
    {
        var isKey = context.User.FindFirstValue(CredentialClaims.Kind) == CredentialKind.ApiKey;
        context.User = new ClaimsPrincipal(new ClaimsIdentity());
        metrics.Count(isKey ? SecurityEvent.KeyRefused : SecurityEvent.TokenRefused);
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            await next(context);
        else if (isKey)
            await CredentialProblem.WriteAsync(context, ProblemCodes.ApiKeyInvalid, "The API key was revoked.");
        else
            await CredentialProblem.WriteAsync(context, ProblemCodes.TokenInvalid, "The session is over.");
    }
}
