using System.Collections.Concurrent;
using System.Security.Claims;

namespace CreditSystem.Identity.Tokens;

/// <summary>
/// Access tokens that were verified a moment ago: verifying a signature and reading claims is half of what a small request
/// costs. Expiry is looked at every time, and so is revocation, by the request gate; nothing else about a token can change,
/// and a key that no longer verifies is noticed within <see cref="Freshness"/>.
/// </summary>
public sealed class VerifiedTokens(TimeProvider time)
{
    private const int MostTokens = 10_000;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, (ClaimsPrincipal Principal, DateTimeOffset Until)> tokens = new(StringComparer.Ordinal);

    public ClaimsPrincipal? Find(string token) =>
        tokens.TryGetValue(token, out var known) && time.GetUtcNow() < known.Until ? known.Principal : null;

    /// <param name="token">In compact form.</param>
    /// <param name="principal">Whom it stands for; shared by requests, so nobody may change it.</param>
    /// <param name="expires">When the token ends.</param>
    public void Add(string token, ClaimsPrincipal principal, DateTimeOffset expires)
    {
        // Rather all of them once in a while than a record of who came when.
        if (tokens.Count >= MostTokens)
            tokens.Clear();
        var until = time.GetUtcNow() + Freshness;
        tokens[token] = (principal, expires < until ? expires : until);
    }
}
