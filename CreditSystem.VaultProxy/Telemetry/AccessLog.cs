namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>
/// One line per request. It has no path, no query, no header and no body, so that nothing secret can be in it. In development
/// it goes the way of all other lines; elsewhere, in their shape, through <see cref="AccessLines"/>. Its level is that of its
/// category.
/// </summary>
internal sealed partial class AccessLog(ILogger<AccessLog> logger, AccessLines? lines = null)
{
    internal const int EventId = 1;

    internal bool IsEnabled => logger.IsEnabled(LogLevel.Information);

    internal void Write(string method, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        if (!IsEnabled)
            return;
        if (lines is null)
            Line(logger, method, mountClass, operation, status, Math.Round(milliseconds, 3), token);
        else
            lines.Add(method, mountClass, operation, status, Math.Round(milliseconds, 3), token);
    }

    [LoggerMessage(EventId, LogLevel.Information, "{Method} {MountClass} {Operation} {Status} {LatencyMilliseconds} {TokenHmac}")]
    private static partial void Line(ILogger logger, string method, string mountClass, string operation, int status,
        double latencyMilliseconds, TokenId tokenHmac);
}
