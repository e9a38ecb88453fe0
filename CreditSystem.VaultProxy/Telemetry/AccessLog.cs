using System.Text.Json;
using ZLogger;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>
/// One line per request. It has no path, no query, no header and no body, so that nothing secret can be in it. Outside
/// development it has a writer of its own to the standard output, in the shape of all other lines: the framework's makes a
/// system call for each line, which costs a request as much as forwarding it does. Its level is that of its category.
/// </summary>
internal sealed partial class AccessLog : IDisposable
{
    /// <summary>More lines than this wait for an output that takes none; the next request then waits as well.</summary>
    private const int WaitingLines = 10_000;

    private readonly ILogger _logger;
    private readonly ILogger _lines;
    private readonly ILoggerFactory? _writer;

    public AccessLog(ILogger<AccessLog> logger, IHostEnvironment environment)
    {
        _logger = logger;
        _writer = environment.IsDevelopment() ? null : LoggerFactory.Create(logging => logging.AddZLoggerConsole(UseJsonLines));
        _lines = _writer?.CreateLogger(typeof(AccessLog).FullName!) ?? logger;
    }

    internal bool IsEnabled => _logger.IsEnabled(LogLevel.Information);

    internal void Write(string method, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        if (IsEnabled)
            Line(_lines, method, mountClass, operation, status, Math.Round(milliseconds, 3), token.ToString());
    }

    /// <summary>Writes what still waits.</summary>
    public void Dispose() => _writer?.Dispose();

    private static void UseJsonLines(ZLoggerOptions options)
    {
        options.FullMode = BackgroundBufferFullMode.Block;
        options.BackgroundBufferCapacity = WaitingLines;
        options.UseJsonFormatter(json =>
        {
            json.UseUtcTimestamp = true;
            json.IncludeProperties = IncludeProperties.Default | IncludeProperties.EventIdValue;
            json.PropertyKeyValuesObjectName = JsonEncodedText.Encode("State");
        });
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {MountClass} {Operation} {Status} {LatencyMilliseconds} {TokenHmac}")]
    private static partial void Line(ILogger logger, string method, string mountClass, string operation, int status, double latencyMilliseconds, string tokenHmac);
}
