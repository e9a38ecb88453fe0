using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.Extensions.Options;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// The current client of one server. New credentials make the next generation beside it, which takes over once the server has
/// accepted it; the one before is drained and ended. No operation fails of it.
/// </summary>
public abstract partial class Connection<TClient> : IAsyncDisposable
    where TClient : class
{
    private const int MaxAttempts = 4;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly SecretStore _secrets;
    private readonly ConnectionOptions _options;
    private readonly HealthReasons _reasons;
    private readonly TimeProvider _time;
    private readonly RepeatedLineFilter _logger;
    private readonly Backoff _backoff;
    private readonly Signal _changes = new();
    private readonly SemaphoreSlim _swap = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile ConnectionGeneration<TClient>? _current;
    private Task? _following;
    private Task<bool>? _recovery;
    private Task _retirements = Task.CompletedTask;
    private DateTimeOffset _recoveredAt;
    private volatile bool _isReported;
    private int _generations;

    private protected Connection(IServiceProvider application)
    {
        _secrets = application.GetRequiredService<SecretStore>();
        _options = application.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        _reasons = application.GetRequiredService<HealthReasons>();
        _time = application.GetRequiredService<TimeProvider>();
        _logger = new RepeatedLineFilter(
            application.GetRequiredService<ILoggerFactory>().CreateLogger("CreditSystem.Secrets.Rotation"), _time);
        _backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), _time);
        _secrets.TargetsChanged += _changes.Raise;
    }

    /// <summary>The name of the connection string.</summary>
    private protected abstract string Name { get; }

    /// <summary>The secret that the credentials come from.</summary>
    private protected abstract string Section { get; }

    /// <summary>The time that connecting and one question may take.</summary>
    private protected TimeSpan ConnectTimeout => _options.ConnectTimeout;

    private protected SecretStore Secrets => _secrets;

    /// <summary>Whether the client in use is one with the configured credentials; true before the first use.</summary>
    public bool FollowsConfiguration => _current is not { } current || current.Target == Configured;

    /// <summary>The client in use, for those who only look; null before the first use.</summary>
    internal TClient? Latest => _current?.Client;

    /// <exception cref="SecretUnavailableException">No source has a connection string.</exception>
    private protected ConnectionGeneration<TClient> Current => _current ?? Begin();

    private ConnectionTarget? Configured => TargetIn(_secrets.Targets);

    private protected abstract ConnectionTarget? TargetIn(ConnectionTargets targets);

    /// <summary>Makes the client of a generation.</summary>
    private protected abstract ConnectionGeneration<TClient> Open(ConnectionTarget target, int number);

    /// <summary>Connects anew and asks the server something, beside all clients; it throws where that does not work.</summary>
    private protected abstract Task ConnectAsync(ConnectionTarget target, CancellationToken cancellationToken);

    private protected abstract Task PingAsync(TClient client, CancellationToken cancellationToken);

    /// <summary>Whether the server has refused the credentials, and so has executed nothing.</summary>
    private protected abstract bool IsAuthenticationFailure(Exception exception);

    /// <summary>Whether an operation found no connection and was never sent; credentials may or may not be why.</summary>
    private protected virtual bool IsUnsent(Exception exception) => false;

    /// <param name="wereRefused">For the first time, by the server, those in use.</param>
    private protected virtual Task RefreshAsync(bool wereRefused, CancellationToken cancellationToken) =>
        _secrets.RefreshAsync(cancellationToken);

    /// <summary>Asks the server something on the client in use; throws where it does not answer.</summary>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        var generation = Enter();
        try
        {
            await PingAsync(generation.Client, cancellationToken).WaitAsync(cancellationToken);
        }
        finally
        {
            generation.Leave();
        }
    }

    /// <summary>Done when the configured credentials are in use, and no client with others is left.</summary>
    public async Task WaitUntilDrainedAsync(CancellationToken cancellationToken)
    {
        while (!FollowsConfiguration && Configured is not null)
            await Task.Delay(RetryDelay, _time, cancellationToken);
        Task retirements;
        lock (_lock)
            retirements = _retirements;
        await retirements.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _secrets.TargetsChanged -= _changes.Raise;
        await _stopping.CancelAsync();
        if (_current is { } current)
            await current.DisposeAsync();
        _swap.Dispose();
        _stopping.Dispose();
    }

    /// <summary>
    /// Runs an operation on the current client, and again on the next when the server has refused the credentials. More than
    /// once: they may change again before the operation has had its turn.
    /// </summary>
    private protected async Task<T> RunAsync<T>(Func<TClient, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var generation = Enter();
            try
            {
                return await operation(generation.Client, cancellationToken);
            }
            catch (Exception exception) when (attempt < MaxAttempts && (IsAuthenticationFailure(exception) || IsUnsent(exception)))
            {
                // Nothing has been executed: it was not sent, or the server lets nobody in before it knows who it is.
                if (!await RecoverTogetherAsync(generation, isRefused: IsAuthenticationFailure(exception)).WaitAsync(cancellationToken))
                    throw;
            }
            finally
            {
                generation.Leave();
            }
        }
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
        {
            _current ??= Open(Configured ?? throw new SecretUnavailableException($"ConnectionStrings:{Name}"), ++_generations);
            _following ??= Task.Run(() => FollowSecretsAsync(_stopping.Token));
            return _current;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Information, "{Name}: generation {Number} of the client has taken over")]
        public static partial void TakenOver(ILogger logger, string name, int number);

        [LoggerMessage(2102, LogLevel.Warning,
            "{Name}: the server does not accept the new connection string yet ({Reason}); the one before stays")]
        public static partial void NotAccepted(ILogger logger, string name, string reason);

        [LoggerMessage(2104, LogLevel.Critical, "{Name}: no source has a connection string any more; the client is ended")]
        public static partial void Disconnected(ILogger logger, string name);

        [LoggerMessage(2103, LogLevel.Warning, "{Name}: the server has refused the credentials; the secrets are refreshed")]
        public static partial void Refused(ILogger logger, string name);
    }
}
