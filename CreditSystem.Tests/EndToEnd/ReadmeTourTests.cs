using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What the README tells a user to type in its first three minutes gets the answers that it shows.</summary>
[Collection(AppHostFixture.Collection)]
public sealed partial class ReadmeTourTests(AppHostFixture system)
{
    private const string Marker = "@@ the next command";

    [Fact]
    public async Task Gets_the_answers_of_the_README()
    {
        using var api = await system.CreateClientAsync("api");
        await UntilHealthyAsync(api);
        var samples = Samples();
        Assert.True(samples.Count > 10, $"{samples.Count}");

        var script = new StringBuilder();
        foreach (var (command, _) in samples)
            script.AppendLine(command.Replace("localhost:5001", api.BaseAddress!.Authority, StringComparison.Ordinal)).AppendLine($"printf '\\n{Marker}\\n'");
        var result = await ToolProcess.RunAsync(new ProcessStartInfo("bash", ["-c", script.ToString()]), "bash, curl and jq");

        var answers = result.Output.Split($"\n{Marker}\n");
        Assert.Equal(samples.Count + 1, answers.Length);
        Assert.All(samples.Zip(answers), pair => Assert.Equal($"{pair.First.Command}\n{Shape(pair.First.Answer)}", $"{pair.First.Command}\n{Shape(pair.Second)}"));
    }

    /// <summary>Another test may have stopped a part of the system that has just been started again.</summary>
    private static async Task UntilHealthyAsync(HttpClient api)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await api.GetStringAsync("/health", patience.Token)).Contains("\"status\":\"healthy\"", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
    }

    /// <summary>Each command of the section, and the lines that follow it.</summary>
    private static List<(string Command, string Answer)> Samples()
    {
        var readme = File.ReadAllText(Repository.PathOf("README.md"));
        var section = readme[readme.IndexOf("## Three minutes", StringComparison.Ordinal)..readme.IndexOf("## The system", StringComparison.Ordinal)];
        return [.. Blocks().Matches(section).SelectMany(block => Commands().Matches(block.Groups[1].Value)).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
    }

    /// <summary>Without what differs from run to run: times, hashes, ids, and the places in a log that other tenants may share.</summary>
    private static string Shape(string answer) => Places().Replace(Hashes().Replace(Times().Replace(answer.Trim(), "\"TIME\""), "\"HASH\""), "$1N");

    [GeneratedRegex("^```\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    /// <summary>A command goes on where its line ends in a backslash.</summary>
    [GeneratedRegex(@"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Commands();

    [GeneratedRegex("\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*\"")]
    private static partial Regex Times();

    [GeneratedRegex("\"(?:[0-9a-f]{64}|[0-9a-f]{32})\"")]
    private static partial Regex Hashes();

    [GeneratedRegex("(\"(?:block|blocks|age_seconds)\":)[0-9]+")]
    private static partial Regex Places();
}
