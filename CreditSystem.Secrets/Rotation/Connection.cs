using System.Threading.Channels;
using CreditSystem.Secrets.Health;
using CreditSystem.Secrets.Sources;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// The current client of one server. A new connection string makes the next generation beside it, which takes over once the
/// server has accepted it; the one before is drained and ended.
/// </summary>
internal sealed partial class Connection<TClient> : IAsyncDisposable
    where TClient : class
{
    private const int MaxAttempts = 4;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ConnectionKind _kind;
    private readonly IServiceProvider _services;
    private readonly IConfiguration _configuration;
    private readonly SecretStore _secrets;
    private readonly ConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HealthReasons _reasons;
    private readonly IDisposable _watch;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _swap = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile ConnectionGeneration<TClient>? _current;
    private Task<bool>? _recovery;
    private Task _retirements = Task.CompletedTask;
    private DateTimeOffset _recoveredAt;
    private volatile bool _isReported;
    private int _generations;

    public Connection(ConnectionKind kind, IServiceProvider services)
    {
        _kind = kind;
        _services = services;
        _configuration = services.GetRequiredService<IConfiguration>();
        _secrets = services.GetRequiredService<SecretStore>();
        _options = services.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = new RepeatedLineFilter(services.GetRequiredService<ILoggerFactory>().CreateLogger("CreditSystem.Secrets.Rotation"), _time);
        _reasons = services.GetRequiredService<HealthReasons>();
        _watch = ChangeToken.OnChange(_configuration.GetReloadToken, () => _changes.Writer.TryWrite(true));
        _ = Task.Run(() => FollowAsync(_stopping.Token));
    }

    /// <summary>The client in use; null before the first use.</summary>
    public TClient? Latest => _current?.Client;

    /// <summary>Whether the client in use is one with the configured credentials; true before the first use.</summary>
    public bool FollowsConfiguration => _current is not { } current || current.Target == Configured;

    /// <exception cref="SecretUnavailableException">No source has a connection string.</exception>
    public ConnectionGeneration<TClient> Current => _current ?? Begin();

    /// <summary>
    /// Runs an operation on the current client, and again on the next when the server has refused the credentials. More than
    /// once: they may change again before the operation has had its turn.
    /// </summary>
    public async Task<T> ExecuteAsync<T>(Func<TClient, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var generation = Enter();
            try
            {
                return await operation(generation.Client, cancellationToken);
            }
            catch (Exception exception) when (attempt < MaxAttempts && (_kind.IsAuthenticationFailure(exception) || _kind.IsUnsent(exception)))
            {
                // Nothing has been executed: it was not sent, or the server lets nobody in before it knows who it is.
                if (!await RecoverTogetherAsync(generation, isRefused: _kind.IsAuthenticationFailure(exception)).WaitAsync(cancellationToken))
                    throw;
            }
            finally
            {
                generation.Leave();
            }
        }
    }

    /// <summary>The health check of the integration on the current client.</summary>
    public async Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken)
    {
        var generation = Enter();
        try
        {
            return await generation.CheckHealthAsync(cancellationToken);
        }
        finally
        {
            generation.Leave();
        }
    }

    /// <summary>Done when the configured connection string is in use, and no client with another one is left.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (_current is { } current && Configured is { } configured && current.Target != configured)
            await Task.Delay(RetryDelay, _time, cancellationToken);
        Task retirements;
        lock (_lock)
            retirements = _retirements;
        await retirements.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _watch.Dispose();
        if (_current is { } current)
            await current.DisposeAsync();
        _swap.Dispose();
        _stopping.Dispose();
    }

    private ConnectionGeneration<TClient> Enter()
    {
        ConnectionGeneration<TClient> generation;
        do
            generation = Current;
        while (!generation.TryEnter());
        return generation;
    }

    private ConnectionGeneration<TClient> Begin()
    {
        lock (_lock)
            return _current ??= Create(Configured ?? throw new SecretUnavailableException($"ConnectionStrings:{_kind.Name}"));
    }

    private ConnectionTarget? Configured => _configuration.GetConnectionString(_kind.Name) is { Length: > 0 } value
        ? new ConnectionTarget(value, _configuration[$"{_kind.Section}:ca_certificate"] is { Length: > 0 } authority ? authority : null)
        : null;

    private ConnectionGeneration<TClient> Create(ConnectionTarget target)
    {
        var number = Interlocked.Increment(ref _generations);
        return new ConnectionGeneration<TClient>(number, target, _kind.Name, _services, builder => _kind.AddClient(builder, target, number));
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Information, "{Name}: generation {Number} of the client has taken over")]
        public static partial void TakenOver(ILogger logger, string name, int number);

        [LoggerMessage(2102, LogLevel.Warning, "{Name}: the server does not accept the new connection string yet ({Reason}); the one before stays")]
        public static partial void NotAccepted(ILogger logger, string name, string reason);

        [LoggerMessage(2104, LogLevel.Critical, "{Name}: no source has a connection string any more; the client is ended")]
        public static partial void GivenUp(ILogger logger, string name);

        [LoggerMessage(2103, LogLevel.Warning, "{Name}: the server has refused the credentials; the secrets are refreshed")]
        public static partial void Refused(ILogger logger, string name);
    }
}
