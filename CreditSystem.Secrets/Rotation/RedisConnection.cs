using Aspire.StackExchange.Redis;
using CreditSystem.Secrets.Database;
using CreditSystem.ServiceDefaults;
using StackExchange.Redis;

namespace CreditSystem.Secrets.Rotation;

/// <summary>The current Redis connection; a changed credential replaces it under the callers' feet without failing one of them.</summary>
public sealed class RedisConnection : Connection<IConnectionMultiplexer>
{
    private static readonly string[] Refusals = ["WRONGPASS", "NOAUTH", "AuthenticationFailure", "invalid password"];

    private readonly ClientIntegration _integration;
    private StackExchangeRedisSettings _settings = new();
    private (ConnectionTarget Target, int Number) _opening;

    public RedisConnection(IServiceProvider application)
        : base(application) =>
        _integration = new ClientIntegration(application, builder => builder.AddRedisClient(
            ConnectionNames.Redis,
            settings => _settings = settings,
            options =>
            {
                Configure(options, _opening.Target, $"credit-system-api/{_opening.Number}");
                // It reconnects by itself, from the first connection on.
                options.AbortOnConnectFail = false;
                options.ReconnectRetryPolicy = new LinearRetry(1000);
                options.BacklogPolicy = BacklogPolicy.FailFast;
            }));

    private protected override string Name => ConnectionNames.Redis;

    private protected override string Section => "redis";

    /// <summary>Runs an operation on the current generation, and once more on the next one when authentication failed.</summary>
    public Task<T> ExecuteAsync<T>(Func<IDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        RunAsync((multiplexer, token) => operation(multiplexer.GetDatabase(), token), cancellationToken);

    private protected override ConnectionTarget? TargetIn(ConnectionTargets targets) => targets.Redis;

    private protected override ConnectionGeneration<IConnectionMultiplexer> Open(ConnectionTarget target, int number)
    {
        (_settings.ConnectionString, _opening) = (target.ConnectionString, (target, number));
        var services = _integration.Resolve();
        return new ConnectionGeneration<IConnectionMultiplexer>(
            number, target, services.GetRequiredService<IConnectionMultiplexer>(), services);
    }

    /// <summary>A connection that fails says why only when nothing may be retried: afterwards it is one that times out.</summary>
    private protected override async Task ConnectAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        var options = ConfigurationOptions.Parse(target.ConnectionString);
        Configure(options, target, "credit-system-api/probe");
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        await using var multiplexer = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken);
        await PingAsync(multiplexer, cancellationToken).WaitAsync(cancellationToken);
    }

    /// <summary>Whichever server answers commands.</summary>
    private protected override Task PingAsync(IConnectionMultiplexer client, CancellationToken cancellationToken) =>
        client.GetDatabase().PingAsync();

    // It reconnects by itself, and an operation that finds no connection is not told why there is none.
    private protected override bool IsUnsent(Exception exception) =>
        exception is RedisConnectionException { CommandStatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog };

    private protected override bool IsAuthenticationFailure(Exception exception) => exception.SelfAndInner().Any(cause =>
        cause is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
        || (cause is RedisException && Refusals.Any(refusal => cause.Message.Contains(refusal, StringComparison.Ordinal))));

    private void Configure(ConfigurationOptions options, ConnectionTarget target, string name)
    {
        options.ClientName = name;
        options.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        options.AsyncTimeout = (int)ConnectTimeout.TotalMilliseconds;
        if (target.TrustOnlyGiven() is { } trust)
            options.CertificateValidation += trust;
    }
}
