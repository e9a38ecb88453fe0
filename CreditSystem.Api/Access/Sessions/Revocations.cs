using CreditSystem.Api.Access.Tokens;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Access.Sessions;

/// <summary>
/// Ends access tokens before their hour: a session that is named here for as long as its last token can live is over.
/// While Redis is away tokens are believed, which is bounded by their lifetime; a refresh never is.
/// </summary>
internal sealed class Revocations(PromptRedis redis, IOptions<AccessTokenOptions> tokens)
{
    private const string KeyPrefix = "credit-system:revoked-session:";

    public async Task AddAsync(string session, CancellationToken cancellationToken)
    {
        var lifetime = TimeSpan.FromSeconds(tokens.Value.LifetimeSeconds + tokens.Value.ClockSkewSeconds);
        await redis.TryHardAsync(database => database.StringSetAsync(KeyPrefix + session, 1, lifetime), cancellationToken);
    }

    public async Task<bool> ContainsAsync(string session, CancellationToken cancellationToken)
    {
        var (answered, revoked) = await redis.TryAsync(database => database.KeyExistsAsync(KeyPrefix + session), cancellationToken);
        return answered && revoked;
    }
}
