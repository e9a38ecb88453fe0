using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Testing;
using CreditSystem.Tests.EndToEnd;

namespace CreditSystem.Tests.Deploy;

/// <summary>
/// No block of code in the documents is left to chance. A session (<c>console</c>) is run by <see cref="DocumentedSessionTests"/>; what
/// needs a cluster or a Vault is understood by what it is typed to (<see cref="DocumentedCommandTests"/>); the rest is here.
/// </summary>
public sealed partial class DocumentedBlockTests
{
    private static readonly string[] Languages = ["console", "bash", "text", "json", "typescript", "mermaid"];

    /// <summary>Programs whose commands <see cref="DocumentedCommandTests"/> or this class gives to their own parsers.</summary>
    private static readonly string[] Parsed = ["kubectl", "k", "cli", "api", "dotnet", "deploy/", "vault"];

    /// <summary>What every machine has, and what the reader has to bring: nothing of it is ours.</summary>
    private static readonly string[] Foreign =
    [
        "export", "unset", "rm", "printf", "git", "openssl", "sed", "curl", "ping", "wg", "jq", "tr", "grep", "base64", "aspire",
        "aspirate",
    ];

    /// <summary>What Vault's command line has, as far as the documents use it.</summary>
    private static readonly string[] VaultCommands =
    [
        "status", "read", "write", "list", "kv put", "kv patch", "kv get", "auth list", "auth tune", "secrets", "token create",
        "token revoke", "audit enable", "audit list", "operator init", "operator unseal", "operator raft snapshot save",
        "operator raft snapshot restore",
        // Ours, of the command line of the image.
        "versions", "rollback", "init", "unseal", "rewrap", "audit-report",
    ];

    public static TheoryData<string> Files => [.. Documents];

    internal static IEnumerable<string> Documents => DocumentedCommand.Files().Concat(
        Directory.EnumerateFiles(Repository.PathOf("dev"), "*.md", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_block_says_what_it_is_and_is_that(string file)
    {
        foreach (Match fence in Fences().Matches(File.ReadAllText(Repository.PathOf(file))))
        {
            var (language, text) = (fence.Groups[1].Value, fence.Groups[2].Value);
            Assert.Contains(language, Languages);
            if (language == "console")
                Assert.Contains(file, DocumentedSessionTests.Files);
            else if (language == "json")
                Assert.NotNull(JsonNode.Parse(text));
            else if (language == "typescript")
                Assert.Equal(File.ReadAllText(Repository.PathOf("examples", "client", "move.ts")), text);
        }
        foreach (var block in Blocks(file))
        {
            var result = await ToolProcess.RunAsync(new ProcessStartInfo("bash", ["-n", "-c", Filled(block)]), "bash");
            Assert.True(result.ExitCode == 0, $"{file}:\n{block}\n{result.Error}");
        }
    }

    [Fact]
    public void Every_command_is_given_to_somebody_who_understands_it()
    {
        var all = (from file in Documents from block in Blocks(file) from command in Commands(block) select (file, command)).ToList();

        Assert.True(all.Count > 100, $"{all.Count}");
        Assert.Empty(all.Where(one => !Parsed.Concat(Foreign).Any(program => Begins(one.command, program)))
            .Select(one => $"{one.file}: {one.command}"));
    }

    [Fact]
    public void Vault_has_every_command_that_is_typed_to_it() =>
        Assert.Empty(DocumentedCommand.All.Where(command => command.Text.StartsWith("vault ", StringComparison.Ordinal)
            && !Array.Exists(VaultCommands, known => Begins(command.Text["vault ".Length..], known)))
            .Select(command => $"{command.File}: {command.Text}"));

    /// <summary>The project is there, its source has every option, and a class of tests is one.</summary>
    [Fact]
    public void What_dotnet_runs_is_there_and_knows_its_options()
    {
        var runs = DocumentedCommand.All.Select(command => (command.File, Match: Run().Match(command.Text)))
            .Where(one => one.Match.Success).ToList();

        Assert.True(runs.Count > 10, $"{runs.Count}");
        foreach (var (file, run) in runs)
        {
            var folder = Repository.PathOf(run.Groups[1].Value);
            Assert.True(Directory.Exists(folder), $"{file}: {run.Value}");
            var source = string.Join('\n', Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
            foreach (Match option in Option().Matches(run.Groups[2].Value))
                Assert.True(IsKnown(source, option.Value), $"{file}: {option.Value} of {run.Value}");
            foreach (Match test in TestClass().Matches(run.Groups[2].Value))
                Assert.Contains($"class {test.Groups[1].Value}", source, StringComparison.Ordinal);
        }
    }

    // Aspire's publisher has its own.
    private static bool IsKnown(string source, string option) =>
        source.Contains($"\"{option}\"", StringComparison.Ordinal) || option is "--publisher" or "--output-path" or "--output";

    /// <summary>Blocks of commands: those that are indented, and those that say that they are.</summary>
    internal static IEnumerable<string> Blocks(string file)
    {
        var text = File.ReadAllText(Repository.PathOf(file));
        foreach (Match fence in Fences().Matches(text))
            if (fence.Groups[1].Value == "bash")
                yield return fence.Groups[2].Value;
        foreach (Match block in Indented().Matches(Fences().Replace(text, "")))
            // A formula, or a piece of a configuration file.
            if (!block.Value.Contains(" − ", StringComparison.Ordinal) && !block.Value.TrimEnd().EndsWith('}'))
                yield return string.Join('\n', block.Value.Split('\n').Select(line => line.Trim()));
    }

    private static IEnumerable<string> Commands(string block) =>
        from line in Substitution().Replace(Filled(block), "x").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        from part in Separator().Split(Comment().Replace(line, ""))
        let command = Assignment().Replace(part.Trim(), "")
        where command.Length > 0
        select command;

    private static string Filled(string block) => Placeholder().Replace(block, "x");

    private static bool Begins(string command, string program) => command == program
        || command.StartsWith(program.EndsWith('/') ? program : $"{program} ", StringComparison.Ordinal);

    [GeneratedRegex("^```(\\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("(?:^    .*\n(?:^\\s*\n(?=    ))?)+", RegexOptions.Multiline)]
    private static partial Regex Indented();

    [GeneratedRegex("""\s(?:&&|\|\||\|)\s(?=(?:[^']*'[^']*')*[^']*$)|;\s(?=(?:[^']*'[^']*')*[^']*$)""")]
    private static partial Regex Separator();

    [GeneratedRegex(@"\$\([^)]*\)")]
    private static partial Regex Substitution();

    [GeneratedRegex(@"(^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"<[a-zA-Z][^<>\n]*>|…")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""^(?:[A-Za-z_]+=(?:\$\([^)]*\)|'[^']*'|"[^"]*"|[^ ]*)\s*)+""")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^dotnet run (?:-c Release )?--project (\S+)(?: -- (.*))?$")]
    private static partial Regex Run();

    [GeneratedRegex(@"(?<=^|\s)--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"-class \W*(\w+)")]
    private static partial Regex TestClass();
}
