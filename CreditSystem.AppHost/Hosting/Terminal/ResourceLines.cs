using System.Text.RegularExpressions;

namespace CreditSystem.AppHost.Hosting.Terminal;

/// <summary>Lines of a resource's log as a terminal can show them: without Aspire's own timestamp and without colours.</summary>
internal static partial class ResourceLines
{
    private const int LastLines = 12;

    /// <summary>The orchestrator's notes of how it starts a process, with all its arguments, and of what it does not do.</summary>
    private static readonly string[] Notes = ["[sys] Starting process", "No custom certificate authorities"];

    /// <summary>The line, or null if it tells a developer nothing.</summary>
    internal static string? Plain(string line)
    {
        var text = EscapeCode().Replace(Timestamp().Replace(line, ""), "");
        return Notes.Any(note => text.StartsWith(note, StringComparison.Ordinal)) ? null : text;
    }

    /// <summary>What a resource has written last.</summary>
    internal static async Task<IReadOnlyList<string>> LastLinesAsync(this ResourceLoggerService logs, IResource resource,
        CancellationToken cancellationToken) =>
        await logs.GetAllAsync(resource).SelectMany(lines => lines).Select(line => Plain(line.Content) ?? "")
            .Where(line => line.Length > 0).TakeLast(LastLines).ToListAsync(cancellationToken);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) ?")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"\x1b\[[0-9;]*[A-Za-z]")]
    private static partial Regex EscapeCode();
}
