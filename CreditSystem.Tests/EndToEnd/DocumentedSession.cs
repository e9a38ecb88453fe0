using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>The commands of a document as a user types them, one after the other in one shell, and the answers that it shows.</summary>
internal sealed partial record DocumentedSession(string File, IReadOnlyList<DocumentedSession.Step> Steps)
{
    private const string Marker = "@@ the next command";

    /// <summary>Where the guides go on from.</summary>
    internal const string Start = "docs/getting-started.md";

    internal sealed record Step(string Command, string Answer);

    /// <summary>All blocks of the file that are a session; a command goes on where its line ends in a backslash.</summary>
    internal static DocumentedSession Read(string file) => new(file,
        [.. Blocks().Matches(System.IO.File.ReadAllText(Repository.PathOf(file))).SelectMany(block => Commands().Matches(block.Groups[1].Value)).Select(match => new Step(match.Groups[1].Value, match.Groups[2].Value))]);

    /// <summary>Each command with what it has answered.</summary>
    /// <param name="replace">Names the system that the test runs.</param>
    internal async Task<IReadOnlyList<(string Command, string Expected, string Answer)>> RunAsync(Func<string, string> replace)
    {
        var first = File == Start || File == "README.md" ? [] : Read(Start).Steps;
        var script = new StringBuilder("set -o pipefail\n");
        foreach (var step in first.Concat(Steps))
            script.AppendLine(replace(step.Command)).AppendLine($"printf '\\n{Marker}\\n'");
        // What a command has started in the background may not hold the output open.
        script.AppendLine("kill $(jobs -p) 2>/dev/null || true");
        var shell = new ProcessStartInfo("bash", ["-c", script.ToString()]) { WorkingDirectory = Repository.Root };
        var result = await ToolProcess.RunAsync(shell, "bash, curl and jq");
        var answers = result.Output.Split($"\n{Marker}\n").Skip(first.Count).ToList();
        Assert.True(answers.Count == Steps.Count + 1, $"{answers.Count - 1} of {Steps.Count} commands have ended:\n{result.Output}\n{result.Error}");
        return [.. Steps.Zip(answers, (step, answer) => (step.Command, Shape(step.Answer), Shape(answer)))];
    }

    /// <summary>Without what differs from run to run: times, hashes, ids.</summary>
    private static string Shape(string answer) => Hashes().Replace(Times().Replace(answer.Trim(), "\"TIME\""), "\"HASH\"");

    [GeneratedRegex("^```console\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Commands();

    [GeneratedRegex("\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*\"")]
    private static partial Regex Times();

    [GeneratedRegex("\"(?:[0-9a-f]{64}|[0-9a-f]{32})\"")]
    private static partial Regex Hashes();
}
