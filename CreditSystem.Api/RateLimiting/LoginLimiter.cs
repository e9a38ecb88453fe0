using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.RateLimiting;

/// <summary>
/// Limits the attempts to log in to one account without locking its owner out: those from an address that the account has
/// logged in from count for that address alone, and all others together count for strangers.
/// </summary>
internal sealed class LoginLimiter(
    RateLimiter limiter, UserProfiles profiles, IOptionsMonitor<RateLimitOptions> options, SecurityMetrics metrics)
{
    private const string Policy = "login";

    /// <param name="from">Where the attempt comes from.</param>
    /// <param name="tenant">The tenant that it names.</param>
    /// <param name="account">The user's id, or, where there is none, what stands for the name that was asked for: nobody learns
    /// which.</param>
    /// <param name="user">The user, where there is one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The attempt, if the password may be looked at.</returns>
    public async ValueTask<Validated<LoginAttempt>> TryAsync(
        ClientAddress from, string tenant, string account, User? user, CancellationToken cancellationToken)
    {
        var address = profiles.AddressIndex(tenant, from.Bucket);
        var isKnown = user?.KnownAddresses.Contains(address, StringComparer.Ordinal) == true;
        var current = options.CurrentValue;
        var limit = isKnown ? current.LoginFromKnownAddress : current.LoginOfStranger;
        if (!current.Enabled || limit.Requests == 0)
            return new LoginAttempt(address, isKnown, null);
        var bucket = new Bucket(Policy, isKnown ? $"{tenant}:{account}:{address}" : $"{tenant}:{account}", limit);
        var result = await limiter.AskAsync(new[] { bucket }, null, cancellationToken) is { } decision
            ? decision.Buckets[0]
            : limiter.TakeLocally(bucket);
        if (result.IsAllowed)
            return new LoginAttempt(address, isKnown, bucket);
        metrics.Count(SecurityEvent.LoginLimited);
        return RateLimitHeaders.Refuse(
            Policy, result.RetryAfter, "Too many attempts to log in to this account from here. Wait as long as Retry-After says.");
    }

    /// <summary>The owner has shown who it is: its own mistakes are forgotten, those of strangers are not.</summary>
    public void Succeeded(LoginAttempt attempt)
    {
        if (attempt is { IsKnownAddress: true, Bucket: { } bucket })
            limiter.Forget(bucket);
    }
}

/// <param name="Address">The blind index of the address.</param>
/// <param name="IsKnownAddress">Whether the account has logged in from it.</param>
/// <param name="Bucket">What it was counted against.</param>
internal sealed record LoginAttempt(string Address, bool IsKnownAddress, Bucket? Bucket);
