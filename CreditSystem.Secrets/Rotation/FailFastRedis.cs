using CreditSystem.ServiceDefaults.Logging;
using StackExchange.Redis;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// Redis for what must not wait for it: an answer within a moment or none. After a failure nobody asks for a second, so
/// that an outage costs no request more than the first few.
/// </summary>
public sealed partial class FailFastRedis(RedisConnection connection, TimeProvider time, ILogger<FailFastRedis> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RepeatedLineFilter _outages = new(logger, time);
    private long _pausedUntil;

    /// <summary>Asks unless Redis has failed within the last second.</summary>
    /// <returns>Whether Redis answered, and what.</returns>
    public ValueTask<(bool Answered, T? Value)> TryAsync<T>(
        Func<IDatabase, Task<T>> operation, TimeSpan timeout, CancellationToken cancellationToken) =>
        time.GetTimestamp() < Volatile.Read(ref _pausedUntil) ? default : TryDespiteOutageAsync(operation, timeout, cancellationToken);

    /// <summary>Asks in any case, for what is worth trying although Redis has just failed.</summary>
    /// <returns>Whether Redis answered, and what.</returns>
    public async ValueTask<(bool Answered, T? Value)> TryDespiteOutageAsync<T>(
        Func<IDatabase, Task<T>> operation, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return (
                true,
                await connection.ExecuteAsync((database, _) => operation(database), cancellationToken)
                    .WaitAsync(timeout, cancellationToken));
        }
        catch (Exception failure) when (
            failure is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            Volatile.Write(ref _pausedUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
            FailFastRedisLog.Unanswered(_outages, failure);
            return default;
        }
    }

    private static partial class FailFastRedisLog
    {
        [LoggerMessage(2100, LogLevel.Warning, "Redis does not answer; limits are local and revocations wait")]
        public static partial void Unanswered(ILogger logger, Exception failure);
    }
}
