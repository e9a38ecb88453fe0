using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace CreditSystem.Secrets.Rotation;

/// <summary>The current Redis connection; a changed credential replaces it under the callers' feet without failing one of them.</summary>
public sealed class RedisConnection : IAsyncDisposable
{
    private static readonly string[] Refusals = ["WRONGPASS", "NOAUTH", "AuthenticationFailure", "invalid password"];

    private readonly Connection<IConnectionMultiplexer> _connection;

    public RedisConnection(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        _connection = new Connection<IConnectionMultiplexer>(new ConnectionKind(
            ConnectionNames.Redis, Section: "redis", (builder, target, number) => AddClient(builder, target, number, options),
            (target, token) => ConnectAsync(target, options, token), IsAuthenticationFailure, IsUnsent), services);
    }

    /// <summary>The connection of the current generation. Take it per operation, never keep it.</summary>
    public IConnectionMultiplexer Multiplexer => _connection.Current.Client;

    /// <summary>Runs an operation on the current generation, and once more on the next one when authentication failed.</summary>
    public Task<T> ExecuteAsync<T>(Func<IDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync((multiplexer, token) => operation(multiplexer.GetDatabase(), token), cancellationToken);

    /// <summary>The connection in use, for those who only look; null before the first use.</summary>
    internal IConnectionMultiplexer? Latest => _connection.Latest;

    public Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken) => _connection.CheckHealthAsync(cancellationToken);

    /// <summary>Asks whichever server answers commands; the integration's own check does not get along with a cluster.</summary>
    public async Task PingAsync(CancellationToken cancellationToken) => await Multiplexer.GetDatabase().PingAsync().WaitAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    public Task VerifyCredentialsAsync(CancellationToken cancellationToken) => _connection.VerifyCredentialsAsync(cancellationToken);

    /// <summary>A connection that fails says why only when nothing may be retried: afterwards it is one that times out.</summary>
    private static async Task ConnectAsync(ConnectionTarget target, ConnectionOptions options, CancellationToken cancellationToken)
    {
        var redis = ConfigurationOptions.Parse(target.ConnectionString);
        Configure(redis, target, options, "credit-system-api/probe");
        redis.AbortOnConnectFail = true;
        redis.ConnectRetry = 1;
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(redis).WaitAsync(cancellationToken);
        await multiplexer.GetDatabase().PingAsync().WaitAsync(cancellationToken);
    }

    private static void Configure(ConfigurationOptions redis, ConnectionTarget target, ConnectionOptions options, string name)
    {
        redis.ClientName = name;
        redis.ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
        redis.AsyncTimeout = (int)options.ConnectTimeout.TotalMilliseconds;
        if (target.TrustOnlyGiven() is { } trust)
            redis.CertificateValidation += trust;
    }

    private static void AddClient(IHostApplicationBuilder builder, ConnectionTarget target, int number, ConnectionOptions options) =>
        builder.AddRedisClient(ConnectionNames.Redis, configureOptions: redis =>
        {
            Configure(redis, target, options, $"credit-system-api/{number}");
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
            if (Refusals.Any(refusal => cause.Message.Contains(refusal, StringComparison.Ordinal)) && cause is RedisException)
                return true;
        }

        return false;
    }
}
