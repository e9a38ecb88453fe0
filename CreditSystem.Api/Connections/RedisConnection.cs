using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CreditSystem.Api.Connections;

/// <summary>The current Redis connection; a changed credential replaces it under the callers' feet without failing one of them.</summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private readonly Connection<IConnectionMultiplexer> _connection;

    public RedisConnection(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        _connection = new Connection<IConnectionMultiplexer>(new ConnectionKind(
            ConnectionNames.Redis, (builder, number) => AddClient(builder, number, options), IsAuthenticationFailure, IsUnsent), services);
    }

    /// <summary>The connection of the current generation. Take it per operation, never keep it.</summary>
    public IConnectionMultiplexer Multiplexer => _connection.Current.Client;

    /// <summary>Runs an operation on the current generation, and once more on the next one when authentication failed.</summary>
    public Task<T> ExecuteAsync<T>(Func<IDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync((multiplexer, token) => operation(multiplexer.GetDatabase(), token), cancellationToken);

    /// <summary>The connection in use, for those who only look; null before the first use.</summary>
    internal IConnectionMultiplexer? Latest => _connection.Latest;

    public Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken) => _connection.CheckHealthAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void AddClient(IHostApplicationBuilder builder, int number, ConnectionOptions options) =>
        builder.AddRedisClient(ConnectionNames.Redis, configureOptions: redis =>
        {
            redis.ClientName = $"credit-system-api/{number}";
            redis.ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
            redis.AsyncTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
            redis.ReconnectRetryPolicy = new LinearRetry(1000);
            redis.BacklogPolicy = BacklogPolicy.FailFast;
        });

    // It reconnects by itself, and an operation that finds no connection is not told why there is none.
    private static bool IsUnsent(Exception exception) => exception is RedisConnectionException { CommandStatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog };

    private static bool IsAuthenticationFailure(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure })
                return true;
            if (cause is RedisServerException server && (server.Message.StartsWith("NOAUTH", StringComparison.Ordinal) || server.Message.StartsWith("WRONGPASS", StringComparison.Ordinal)))
                return true;
        }

        return false;
    }
}
