using System.Text.RegularExpressions;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>What the documents tell a user to type gets the answers that they show, the first time and the second.</summary>
[Collection(AppHostFixture.Collection)]
public sealed partial class DocumentedSessionTests(AppHostFixture system)
{
    private static readonly string[] Users = ["README.md", "docs/index.md", "docs/getting-started.md", "docs/concepts.md", "docs/api.md", "docs/errors.md", "docs/versioning.md"];

    /// <summary>Documents for users of the API.</summary>
    internal static IEnumerable<string> Files =>
        Users.Concat(Directory.GetFiles(Repository.PathOf("docs", "guides"), "*.md").Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal));

    public static TheoryData<string> Sessions => [.. Files.Where(file => DocumentedSession.Read(file).Steps.Count > 0)];

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Every_command_gets_its_answer_and_gets_it_again(string file)
    {
        using var api = await system.CreateClientAsync("api");
        await UntilHealthyAsync(api);
        var session = DocumentedSession.Read(file);
        var (tenant, port, home) = ($"docs-{Guid.NewGuid():N}"[..20], FreePort.Take(), Directory.CreateTempSubdirectory("credit-system-session-").FullName);
        try
        {
            for (var run = 1; run <= 2; run++)
                foreach (var (command, expected, answer) in await session.RunAsync(Here))
                    Assert.Equal($"run {run}: {command}\n{Here(expected)}", $"run {run}: {command}\n{answer}");
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }

        string Here(string text) => text.Replace("http://localhost:5001", $"http://{api.BaseAddress!.Authority}", StringComparison.Ordinal)
            .Replace("TENANT=acme", $"TENANT={tenant}", StringComparison.Ordinal).Replace("\"acme\"", $"\"{tenant}\"", StringComparison.Ordinal)
            .Replace("~/.credit-system", $"{home}/key", StringComparison.Ordinal).Replace("9377", $"{port}", StringComparison.Ordinal).Replace("received.txt", $"{home}/received.txt", StringComparison.Ordinal);
    }

    /// <summary>Nothing that a user of the API is told to type is left to chance.</summary>
    [Fact]
    public void Every_block_of_commands_is_a_session_that_is_run()
    {
        Assert.True(Sessions.Count >= 9);
        Assert.All(Files, file => Assert.All(
            Fences().Matches(File.ReadAllText(Repository.PathOf(file))),
            block => Assert.False(IsLeftOut(file, block.Groups[1].Value, block.Groups[2].Value), $"{file}:\n{block.Value}")));
    }

    // What the README starts the system with, other tests run.
    private static bool IsLeftOut(string file, string language, string text) =>
        language != "console" && Calls().IsMatch(text) && file != "README.md"
        || language == "console" && !text.StartsWith("$ ", StringComparison.Ordinal);

    /// <summary>Another test may have stopped a part of the system that has just been started again.</summary>
    private static async Task UntilHealthyAsync(HttpClient api)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!(await api.GetStringAsync("/health", timeout.Token)).Contains("\"status\":\"healthy\"", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(200), timeout.Token);
    }

    [GeneratedRegex("^```(\\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\b(curl|npm|npx|dotnet|bash)\b")]
    private static partial Regex Calls();
}
