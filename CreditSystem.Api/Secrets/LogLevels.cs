namespace CreditSystem.Api.Secrets;

internal static class LogLevels
{
    /// <summary>Python's names, which the original's secrets hold, and .NET's.</summary>
    public static LogLevel? Parse(string name) => name.Trim().ToUpperInvariant() switch
    {
        "WARN" => LogLevel.Warning,
        "FATAL" => LogLevel.Critical,
        "INFO" => LogLevel.Information,
        "NOTSET" => LogLevel.Trace,
        _ => Enum.TryParse<LogLevel>(name.Trim(), ignoreCase: true, out var level) && Enum.IsDefined(level) ? level : null,
    };
}
