using CreditSystem.Api.RateLimiting;
using CreditSystem.Secrets.Rotation;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CreditSystem.Identity;

/// <summary>
/// Redis for what must not wait for it: an answer within a moment or none. After a failure nobody asks for a second, so
/// that an outage costs no request more than the first few.
/// </summary>
internal sealed partial class PromptRedis(IServiceProvider services, IOptionsMonitor<RateLimitOptions> options, TimeProvider time, ILogger<PromptRedis> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(3);

    private readonly RepeatedLineFilter outages = new(logger, time);

    private RedisConnection? connection;
    private long pausedUntil;

    /// <returns>Whether Redis answered, and what.</returns>
    public ValueTask<(bool Answered, T? Value)> TryAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken) =>
        time.GetTimestamp() < Volatile.Read(ref pausedUntil) ? default : AskAsync(operation, TimeSpan.FromMilliseconds(options.CurrentValue.RedisPatienceMilliseconds), cancellationToken);

    /// <summary>For what is worth waiting for, and worth trying in spite of an outage.</summary>
    public ValueTask<(bool Answered, T? Value)> TryHardAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken) =>
        AskAsync(operation, LongPatience, cancellationToken);

    private async ValueTask<(bool Answered, T? Value)> AskAsync<T>(Func<IDatabase, Task<T>> operation, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            // At the first use: an API that asks nothing of Redis needs no connection to it.
            connection ??= services.GetRequiredService<RedisConnection>();
            var value = await connection.ExecuteAsync((database, _) => operation(database), cancellationToken).WaitAsync(patience, cancellationToken);
            return (true, value);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            Volatile.Write(ref pausedUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
            Log.Unanswered(outages, failure);
            return default;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Warning, "Redis does not answer; limits are local and revocations wait")]
        public static partial void Unanswered(ILogger logger, Exception failure);
    }
}
