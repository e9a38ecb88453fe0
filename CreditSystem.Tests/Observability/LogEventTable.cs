using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Tests.Observability;

/// <summary>Every event that the services log, found in their assemblies.</summary>
internal static class LogEventTable
{
    private const string Head = """
        # Log events

        Written from the `[LoggerMessage]` declarations of the services; a test compares it with them. To write it again after a
        change: `CREDIT_SYSTEM_WRITE_DOCS=1 dotnet run --project CreditSystem.Tests -- -class "*LogEventTests"`.

        An id is unique within a service, whose name begins the log category. What stands in braces is a field of its own in the
        JSON that the services write outside development. No field ever carries a token, a secret or the body of a request. A warning
        or an error of Secrets, Connections or an outage that says word for word the same is written once a minute.


        """;

    // All but what develops, hosts and tests them.
    private static readonly Assembly[] Services =
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "CreditSystem.*.dll").Select(path => Path.GetFileNameWithoutExtension(path))
            .Where(name => !name.EndsWith(".Tests", StringComparison.Ordinal) && !name.EndsWith(".Testing", StringComparison.Ordinal) && !name.StartsWith("CreditSystem.Dev.", StringComparison.Ordinal) && name != "CreditSystem.AppHost")
            .Select(Assembly.Load),
    ];

    internal static IReadOnlyList<LogEvent> All { get; } =
    [
        .. Services.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.attribute is not null)
            .Select(found => new LogEvent(found.method.DeclaringType!.Namespace!, found.attribute!.EventId, found.attribute.Level, found.method.Name, found.attribute.Message))
            .OrderBy(item => item.Area, StringComparer.Ordinal).ThenBy(item => item.Id),
    ];

    internal static string Write()
    {
        var text = new StringBuilder(Head);
        foreach (var area in All.GroupBy(item => item.Area))
        {
            text.Append("## ").Append(area.Key).Append("\n\n| Id | Level | Name | Message |\n|---|---|---|---|\n");
            foreach (var item in area)
                text.Append($"| {item.Id} | {item.Level} | {item.Name} | {item.Message.Replace("|", "\\|")} |\n");
            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    internal sealed record LogEvent(string Area, int Id, LogLevel Level, string Name, string Message);
}
