using CreditSystem.Identity.ApiKeys;
using CreditSystem.Identity.Tokens;
using CreditSystem.Secrets.Rotation;
using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.Sessions;

/// <summary>
/// Ends credentials before their time: what is named here is over on all replicas. A session is named for as long as its last
/// access token can live, a key for as long as a replica may believe what it has read. The request gate asks. While Redis is
/// away credentials are believed, which those two times bound; a refresh never is.
/// </summary>
public sealed class Revocations(FailFastRedis redis, IOptions<AccessTokenOptions> tokens, IOptions<ApiKeyOptions> keys)
{
    private const string SessionPrefix = "{credit-system}:revoked-session:";
    private const string ApiKeyPrefix = "{credit-system}:revoked-key:";

    /// <summary>A revocation is worth waiting for longer than a limit is.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Of the time that it takes two replicas to notice the same thing.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    public static string KeyOfSession(string session) => SessionPrefix + session;

    public static string KeyOfApiKey(string hash) => ApiKeyPrefix + hash;

    public Task AddAsync(string session, CancellationToken cancellationToken) =>
        AddAsync(
            KeyOfSession(session), TimeSpan.FromSeconds(tokens.Value.LifetimeSeconds + tokens.Value.ClockSkewSeconds), cancellationToken);

    /// <param name="hash">The SHA-256 of the key's secret.</param>
    public Task AddApiKeyAsync(string hash, CancellationToken cancellationToken) =>
        AddAsync(KeyOfApiKey(hash), TimeSpan.FromSeconds(keys.Value.CacheSeconds) + Slack, cancellationToken);

    private async Task AddAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken) =>
        await redis.TryDespiteOutageAsync(database => database.StringSetAsync(key, 1, lifetime), Timeout, cancellationToken);
}
