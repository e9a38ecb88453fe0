namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>One line per request. It has no path, no query, no header and no body, so that nothing secret can be in it.</summary>
internal sealed partial class AccessLog(ILogger<AccessLog> logger)
{
    internal bool IsEnabled => logger.IsEnabled(LogLevel.Information);

    internal void Write(string method, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        if (IsEnabled)
            Line(logger, method, mountClass, operation, status, Math.Round(milliseconds, 3), token);
    }

    [LoggerMessage(1, LogLevel.Information, "{Method} {MountClass} {Operation} {Status} {LatencyMilliseconds} {TokenHmac}")]
    private static partial void Line(ILogger logger, string method, string mountClass, string operation, int status, double latencyMilliseconds, TokenId tokenHmac);
}
