using System.CommandLine;
using System.Text.Json;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>What a command prints: tables for people, JSON for scripts.</summary>
public static class CommandOutput
{
    /// <summary>To be added to the root command.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON", Recursive = true };

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The result: as JSON where that is asked for, else what <paramref name="print"/> writes.</summary>
    public static void Write<T>(this ParseResult parsed, T result, Action<TextWriter> print)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(Json))
            output.WriteLine(JsonSerializer.Serialize(result, Options));
        else
            print(output);
    }

    /// <summary>As <see cref="Write"/>, with a line of a table for each of the results.</summary>
    public static void WriteRows<T>(this ParseResult parsed, IReadOnlyList<T> results, IReadOnlyList<string> head, Func<T,
        IReadOnlyList<string>> cells) =>
        parsed.Write(results, output => output.WriteTable(head, results.Select(cells)));

    /// <summary>Columns as wide as their widest cell.</summary>
    public static void WriteTable(this TextWriter output, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
