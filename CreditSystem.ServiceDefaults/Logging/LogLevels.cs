namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>Names of log levels as people write them.</summary>
public static class LogLevels
{
    /// <summary>Python's names, which the original's secrets hold, and .NET's; null for any other.</summary>
    public static LogLevel? Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null => null,
        "WARN" => LogLevel.Warning,
        "FATAL" => LogLevel.Critical,
        "INFO" => LogLevel.Information,
        "NOTSET" => LogLevel.Trace,
        var other => Enum.TryParse<LogLevel>(other, ignoreCase: true, out var level) && Enum.IsDefined(level) ? level : null,
    };
}
