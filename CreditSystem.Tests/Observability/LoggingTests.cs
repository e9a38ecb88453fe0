using System.Text.Json.Nodes;
using CreditSystem.ServiceDefaults;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace CreditSystem.Tests.Observability;

public sealed class LoggingTests
{
    private const string Ours = "CreditSystem.Api.Something";

    [Fact]
    public void Follows_the_level_in_the_secret_while_it_runs()
    {
        using var app = Build("Production", new() { ["monitoring:log_level"] = "INFO" });
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Ours);

        Assert.Equal(LogLevel.Information, Level(logger));
        Change(app, "DEBUG");
        Assert.Equal(LogLevel.Debug, Level(logger));
        Change(app, "error");
        Assert.Equal(LogLevel.Error, Level(logger));
    }

    [Fact]
    public void Keeps_the_level_when_the_secret_names_none()
    {
        using var app = Build("Production", new() { ["monitoring:log_level"] = "loud" });

        Assert.Equal(LogLevel.Information, Level(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Ours)));
    }

    [Fact]
    public void Lets_the_secret_quieten_a_category_but_not_make_it_louder()
    {
        using var app = Build("Production", new() { ["Logging:LogLevel:Quiet"] = "Warning", ["monitoring:log_level"] = "DEBUG" });
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Quiet.One");

        Assert.Equal(LogLevel.Warning, Level(logger));
        Change(app, "CRITICAL");
        Assert.Equal(LogLevel.Critical, Level(logger));
    }

    [Theory]
    [InlineData(null, LogLevel.Warning)]
    [InlineData("Debug", LogLevel.Debug)]
    public void Leaves_the_frameworks_lines_for_each_request_out_unless_they_are_asked_for(string? configured, LogLevel expected)
    {
        using var app = Build("Production", new() { ["Logging:LogLevel:Microsoft.AspNetCore"] = configured });

        Assert.Equal(expected, Level(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics")));
    }

    [Theory]
    [InlineData(null, LogLevel.Critical)]
    [InlineData("Error", LogLevel.Error)]
    public void Says_nothing_each_time_that_somebody_asks_for_the_health_of_what_is_away(string? configured, LogLevel expected)
    {
        const string category = "Microsoft.Extensions.Diagnostics.HealthChecks";
        using var app = Build("Production", new() { [$"Logging:LogLevel:{category}"] = configured, ["monitoring:log_level"] = "DEBUG" });

        Assert.Equal(expected, Level(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger($"{category}.DefaultHealthCheckService")));
    }

    [Theory]
    [InlineData("Production", ConsoleFormatterNames.Json)]
    [InlineData("Development", ConsoleFormatterNames.Simple)]
    public void Writes_json_to_the_console_outside_development(string environment, string formatter)
    {
        using var app = Build(environment, []);

        Assert.Equal(formatter, app.Services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
    }

    [Fact]
    public void Writes_one_object_per_line_with_the_event_id_the_time_in_utc_and_the_scopes()
    {
        using var app = Build("Production", []);
        var json = app.Services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == ConsoleFormatterNames.Json);
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push(new Dictionary<string, object> { ["TraceId"] = "0af7651916cd43dd8448eb211c80319c" });
        using var line = new StringWriter();

        json.Write(new LogEntry<string>(LogLevel.Warning, Ours, new EventId(2001), "two\nlines", null, (state, _) => state), scopes, line);

        Assert.Equal(1, line.ToString().Count(character => character == '\n'));
        var entry = JsonNode.Parse(line.ToString())!;
        Assert.Equal(2001, (int)entry["EventId"]!);
        Assert.EndsWith("Z", (string)entry["Timestamp"]!, StringComparison.Ordinal);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)entry["Scopes"]![0]!["TraceId"]);
    }

    private static WebApplication Build(string environment, Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults();
        // Something has to listen, or no level is enabled.
        builder.Logging.AddProvider(new RecordingProvider());
        return builder.Build();
    }

    private static void Change(WebApplication app, string level)
    {
        app.Configuration["monitoring:log_level"] = level;
        ((IConfigurationRoot)app.Configuration).Reload();
    }

    private static LogLevel Level(ILogger logger) => Enum.GetValues<LogLevel>().First(logger.IsEnabled);

    private sealed class RecordingProvider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new RecordingLogger();

        public void Dispose()
        {
        }
    }
}
