using System.Globalization;
using System.Security.Claims;
using CreditSystem.Api.Problems;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Between authentication and authorization: asks Redis once whether the credential was revoked and whether its caller may
/// ask for more. While Redis is away reads go on, writes are limited by this replica, and credentials are believed.
/// </summary>
internal sealed class RequestGate(
    RequestDelegate next, RateLimiter limiter, LocalLimiter local, IOptionsMonitor<RateLimitOptions> options, SecurityMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (IsProbe(context))
        {
            await next(context);
            return;
        }

        var current = options.CurrentValue;
        var buckets = current.Enabled ? BucketsOf(context, current) : [];
        var revocation = context.User.FindFirstValue(CredentialClaims.Revocation);
        if (await limiter.AskAsync(buckets, revocation, context.RequestAborted) is not { } answer)
            answer = new GateAnswer(false, buckets.Length > 0 && IsWrite(context.Request.Method) ? TakeLocally(buckets) : []);
        if (answer.Revoked)
            await EndAsync(context);
        else if (Apply(context, buckets, answer.Buckets))
            await next(context);
        else
            await RefuseAsync(context, buckets, answer.Buckets);
    }

    private BucketResult[] TakeLocally(Bucket[] buckets)
    {
        var results = new BucketResult[buckets.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = local.Take(buckets[i]);
        return results;
    }

    private static Bucket[] BucketsOf(HttpContext context, RateLimitOptions options)
    {
        var user = context.User;
        Bucket? address = options.Address.Requests > 0 ? new Bucket("address", ClientAddress.BucketOf(context), options.Address) : null;
        if (user.Identity?.IsAuthenticated != true)
            return address is { } anonymous ? [anonymous] : [];
        var isKey = user.FindFirstValue(CredentialClaims.Kind) == CredentialKind.ApiKey;
        var limit = isKey ? options.Key : options.User;
        Bucket? own = limit.Requests > 0
            ? new Bucket(isKey ? "key" : "user", string.Concat(user.FindFirstValue(CredentialClaims.Tenant), ":", user.FindFirstValue(isKey ? CredentialClaims.Credential : ClaimTypes.NameIdentifier)), limit)
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
    private static bool Apply(HttpContext context, Bucket[] buckets, BucketResult[] results)
    {
        var isAllowed = true;
        var tightest = -1;
        for (var i = 0; i < results.Length; i++)
        {
            isAllowed &= results[i].IsAllowed;
            if (tightest < 0 || !results[i].IsAllowed && results[tightest].IsAllowed || results[i].Remaining < results[tightest].Remaining && results[i].IsAllowed == results[tightest].IsAllowed)
                tightest = i;
        }
        if (tightest >= 0)
            RateLimitHeaders.Write(context.Response.Headers, buckets[tightest], results[tightest]);
        return isAllowed;
    }

    private async Task RefuseAsync(HttpContext context, Bucket[] buckets, BucketResult[] results)
    {
        var refused = Array.FindIndex(results, result => !result.IsAllowed);
        var (bucket, result) = (buckets[refused], results[refused]);
        var isBanned = result.State is BucketState.Banned or BucketState.NewlyBanned;
        metrics.Count(result.State == BucketState.NewlyBanned ? SecurityEvent.Banned : SecurityEvent.RateLimited, bucket.Policy);
        if (result.State == BucketState.NewlyBanned)
            context.Note(action: "Banned", target: bucket.Subject);
        await RateLimitHeaders.RefuseAsync(context, isBanned ? "banned" : ProblemCodes.RateLimited, bucket.Policy, result.RetryAfter, isBanned
            ? "Too many requests in spite of refusals: nothing is answered until Retry-After has passed."
            : string.Create(CultureInfo.InvariantCulture, $"More than {bucket.Limit.Requests} requests in {bucket.Limit.WindowSeconds} seconds. Wait as long as Retry-After says."));
    }

    /// <summary>A route that is open to all stays open; everywhere else the request ends here.</summary>
    private async Task EndAsync(HttpContext context)
    {
        var isKey = context.User.FindFirstValue(CredentialClaims.Kind) == CredentialKind.ApiKey;
        context.User = new ClaimsPrincipal(new ClaimsIdentity());
        metrics.Count(isKey ? SecurityEvent.KeyRefused : SecurityEvent.TokenRefused);
        if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            await next(context);
        else
            await CredentialProblem.WriteAsync(context, isKey ? ProblemCodes.ApiKeyInvalid : ProblemCodes.TokenInvalid, isKey ? "The API key was revoked." : "The session is over.");
    }

    private static bool IsWrite(string method) => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    private static bool IsProbe(HttpContext context) => context.Request.Path.Value is "/alive" or "/ready" or "/health" or "/metrics";
}
