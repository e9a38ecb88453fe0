using CreditSystem.ServiceDefaults.Logging;
using CreditSystem.VaultProxy.Policy;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>
/// One line per request, of polls of Vault's health one a minute. It has no path, no query, no header and no body, so that nothing
/// secret can be in it. Its level is that of its category.
/// </summary>
internal sealed partial class AccessLog(ILogger<AccessLog> logger, TimeProvider time)
{
    private readonly PollSampler _polls = new(time);

    internal void Write(in VaultRequest request, string mountClass, string operation, int status, double milliseconds, TokenId token)
    {
        if (logger.IsEnabled(LogLevel.Information) && (request.Route?.IsPoll != true || _polls.IsWorthALine(mountClass, status)))
            Line(logger, VaultMethodNames.Label(request.Method), mountClass, operation, status, Math.Round(milliseconds, 3), token);
    }

    [LoggerMessage(1, LogLevel.Information,
        "Vault {Method} {MountClass} {Operation}: {Status} in {LatencyMilliseconds} ms, caller {TokenHmac}")]
    private static partial void Line(ILogger logger, string method, string mountClass, string operation, int status,
        double latencyMilliseconds, TokenId tokenHmac);
}
