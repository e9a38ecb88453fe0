using Microsoft.Extensions.Logging.Console;
using Microsoft.Win32.SafeHandles;

namespace CreditSystem.ServiceDefaults.Logging;

/// <summary>Where the lines of a service go that it writes one of for each request.</summary>
public static class AccessLogExtensions
{
    /// <summary>
    /// Outside development they go to standard output, in the shape of all other lines but many at a time; in development to the
    /// dashboard alone, because a terminal would show little else.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="category">Their category. <c>Logging:Console:LogLevel:CATEGORY</c> brings them back to a terminal.</param>
    public static void AddAccessLog(this IHostApplicationBuilder builder, string category)
    {
        // Not a rule of the configuration: one for "Console" counts for nothing beside Aspire's LOGGING__CONSOLE__FORMATTERNAME,
        // since providers are told apart by case.
        var asked = LogLevels.Parse(builder.Configuration[$"Logging:Console:LogLevel:{category}"]);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(category, asked ?? LogLevel.None);
        if (!builder.Environment.IsDevelopment())
            builder.Services.AddSingleton<ILoggerProvider>(provider =>
                new AccessLines(OpenStandardOutput(), category, provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    private static FileStream OpenStandardOutput() => new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
