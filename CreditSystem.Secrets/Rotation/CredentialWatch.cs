using Microsoft.Extensions.Options;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// Connects anew from time to time with the credentials that are configured: a connection that is open stays open whatever
/// becomes of its password, and the next restart would be the first to learn that the server refuses it.
/// </summary>
internal sealed class CredentialWatch(
    MongoConnection mongo, RedisConnection redis, IOptions<ConnectionOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(options.Value.CredentialCheckInterval, time, stoppingToken);
            await Task.WhenAll(mongo.VerifyCredentialsAsync(stoppingToken), redis.VerifyCredentialsAsync(stoppingToken));
        }
    }
}
