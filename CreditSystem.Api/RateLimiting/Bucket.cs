using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Api.RateLimiting;

/// <summary>Whom a request is counted against, and how much that may ask for.</summary>
/// <param name="Policy">What the limit is called in <c>RateLimit-Policy</c> and in metrics: address, user, key or login.</param>
/// <param name="Subject">Who: unique within the policy.</param>
/// <param name="Limit">How much.</param>
internal readonly record struct Bucket(string Policy, string Subject, LimitOptions Limit);

/// <param name="IsRevoked">The credential is no longer good.</param>
/// <param name="Buckets">What became of each bucket, in the order in which they were asked about.</param>
internal readonly record struct RateLimitDecision(bool IsRevoked, TokenBucketResult[] Buckets);
