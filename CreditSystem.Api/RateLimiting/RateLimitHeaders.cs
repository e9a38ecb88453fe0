using System.Globalization;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Api.RateLimiting;

/// <summary>What a caller is told about its limit.</summary>
internal static class RateLimitHeaders
{
    public static void Write(IHeaderDictionary headers, in Bucket bucket, in TokenBucketResult result)
    {
        headers["RateLimit-Limit"] = Text(bucket.Limit.Requests);
        headers["RateLimit-Remaining"] = Text(result.IsAllowed ? result.Remaining : 0);
        headers["RateLimit-Reset"] = Text(Seconds(result.IsAllowed ? result.Reset : result.RetryAfter));
        headers["RateLimit-Policy"] = string.Create(
            CultureInfo.InvariantCulture, $"{bucket.Limit.Requests};w={bucket.Limit.WindowSeconds};name=\"{bucket.Policy}\"");
    }

    /// <summary>429 with <c>Retry-After</c>.</summary>
    public static ProblemHttpResult Refuse(string policy, TimeSpan retryAfter, string detail) => ApiProblems.RetryLater(
        StatusCodes.Status429TooManyRequests, ProblemCodes.RateLimited, detail, Seconds(retryAfter), ("policy", policy));

    /// <summary>Rounded up: a caller that comes back then is let in.</summary>
    private static long Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
