using Microsoft.Extensions.Options;

namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>How services write their log.</summary>
public static class LoggingExtensions
{
    /// <summary>For what has to be logged before there is a host: text in development, one JSON object per line elsewhere.</summary>
    public static ILoggingBuilder AddServiceConsole(this ILoggingBuilder logging, bool isDevelopment)
    {
        if (isDevelopment)
            // One line each, without a time: the dashboard and the AppHost put one before it.
            return logging.AddSimpleConsole(console => console.SingleLine = true);
        return logging.AddJsonConsole(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }

    /// <summary>The console, with the trace id in the scopes of each line, and levels that follow Vault.</summary>
    internal static void AddStructuredLogging(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>, LiveLogLevel>();
        builder.Logging.AddServiceConsole(builder.Environment.IsDevelopment());
    }
}
