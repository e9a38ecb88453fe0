using CreditSystem.ServiceDefaults.Logging;

namespace CreditSystem.Secrets;

/// <summary>Secrets are needed before the host and its logging exist: until then to the console, afterwards to the host's log.</summary>
public sealed class SecretsLogger : ILogger, IDisposable
{
    private const string Category = "CreditSystem.Secrets";

    private readonly ILoggerFactory _startup;
    private volatile ILogger _target;

    public SecretsLogger(IConfiguration configuration, bool isDevelopment)
    {
        _startup = LoggerFactory.Create(
            logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddServiceConsole(isDevelopment));
        _target = _startup.CreateLogger(Category);
    }

    public void UseHost(ILoggerFactory host) => _target = host.CreateLogger(Category);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _target.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _target.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _target.Log(logLevel, eventId, state, exception, formatter);

    public void Dispose() => _startup.Dispose();
}
