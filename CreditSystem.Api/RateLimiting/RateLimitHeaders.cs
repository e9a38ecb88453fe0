using System.Globalization;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Api.RateLimiting;

/// <summary>What a caller is told about its limit (draft-ietf-httpapi-ratelimit-headers-11).</summary>
internal static class RateLimitHeaders
{
    public const string Name = "RateLimit";
    public const string PolicyName = "RateLimit-Policy";

    public static void Write(IHeaderDictionary headers, in Bucket bucket, in TokenBucketResult result)
    {
        headers[PolicyName] = string.Create(
            CultureInfo.InvariantCulture, $"\"{bucket.Policy}\";q={bucket.Limit.Requests};w={bucket.Limit.WindowSeconds}");
        // Until the bucket is full again; where the request was refused, until the next one is let in.
        var (remaining, reset) = result.IsAllowed ? (result.Remaining, result.Reset) : (0, result.RetryAfter);
        headers[Name] = string.Create(CultureInfo.InvariantCulture, $"\"{bucket.Policy}\";r={remaining};t={Seconds(reset)}");
    }

    /// <summary>429 with <c>Retry-After</c>.</summary>
    public static ProblemHttpResult Refuse(string policy, TimeSpan retryAfter, string detail) => ApiProblems.RetryLater(
        StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, detail, Seconds(retryAfter), ("policy", policy));

    /// <summary>Rounded up: a caller that comes back then is let in.</summary>
    private static long Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));
}
