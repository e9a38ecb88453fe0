namespace CreditSystem.Api.RateLimiting;

/// <summary>Whom a request is counted against, and how much that may ask for.</summary>
/// <param name="Policy">What the limit is called in <c>RateLimit-Policy</c> and in metrics: address, user, key or login.</param>
/// <param name="Subject">Who: unique within the policy.</param>
/// <param name="Limit">How much.</param>
/// <param name="Bans">Whether repeated refusals ban the subject.</param>
internal readonly record struct Bucket(string Policy, string Subject, LimitOptions Limit, bool Bans = true);

internal enum BucketState
{
    Allowed = 0,
    Limited = 1,
    Banned = 2,

    /// <summary>Limited, and banned by this very request.</summary>
    NewlyBanned = 3,
}

/// <param name="State">Whether the request may go on.</param>
/// <param name="Remaining">How many more could follow at once.</param>
/// <param name="Reset">When the bucket is full again.</param>
/// <param name="RetryAfter">When to come back, where the request may not go on.</param>
internal readonly record struct BucketResult(BucketState State, long Remaining, TimeSpan Reset, TimeSpan RetryAfter)
{
    public bool IsAllowed => State == BucketState.Allowed;
}
