using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy;

/// <summary>One command out of the documents, its placeholders filled in and its abbreviations written out.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Text">It, as a shell would get it.</param>
internal sealed partial record DocumentedCommand(string File, string Text)
{
    private static readonly string[] Programs = ["kubectl", "dotnet", "deploy/", "vault"];

    internal static IReadOnlyList<DocumentedCommand> All { get; } = [.. Files().SelectMany(Of)];

    internal string[] Words => [.. Word().Matches(Text).Select(word => word.Value.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal))];

    internal static IEnumerable<string> Files() =>
        new[] { Repository.PathOf("README.md"), Repository.PathOf("CONTRIBUTING.md") }
            .Concat(new[] { "docs", "deploy" }.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.md", SearchOption.AllDirectories)));

    /// <summary>What stands in code, be it lines of their own or words in a sentence, and begins with one of the programs.</summary>
    private static IEnumerable<DocumentedCommand> Of(string file) =>
        from line in Bash().Replace(Diagram().Replace(System.IO.File.ReadAllText(file), ""), Indented).Split('\n')
        from code in line.StartsWith("    ", StringComparison.Ordinal) ? [line] : Inline().Matches(line).Select(match => match.Groups[1].Value)
        from part in Separator().Split(Comment().Replace(code, ""))
        let text = Expand(part.Trim())
        where Programs.Any(program => text.StartsWith(program, StringComparison.Ordinal)) && text.Contains(' ', StringComparison.Ordinal) && !text.Contains('…', StringComparison.Ordinal)
        select new DocumentedCommand(Path.GetRelativePath(Repository.Root, file), text);

    private static string Indented(Match block) => string.Join('\n', block.Groups[1].Value.Split('\n').Select(line => $"    {line}"));

    [GeneratedRegex("^```bash\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Bash();

    /// <summary>The abbreviations that docs/operations.md begins with.</summary>
    private static string Expand(string text)
    {
        var filled = Placeholder().Replace(Substitution().Replace(Assignment().Replace(text, ""), "x"), "x");
        filled = Redirection().Replace(filled, "");
        return filled.StartsWith("k ", StringComparison.Ordinal) ? $"kubectl -n credit-system {filled[2..]}"
            : filled.StartsWith("cli ", StringComparison.Ordinal) ? $"dotnet CreditSystem.Cli.dll {filled[4..]}"
            : filled.StartsWith("deploy/cli ", StringComparison.Ordinal) ? $"dotnet CreditSystem.Cli.dll {filled[11..]}"
            : filled.StartsWith("api ", StringComparison.Ordinal) ? $"dotnet CreditSystem.Api.dll {filled[4..]}"
            : filled;
    }

    [GeneratedRegex("```mermaid.*?```", RegexOptions.Singleline)]
    private static partial Regex Diagram();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Inline();

    /// <summary>Outside of quotes.</summary>
    [GeneratedRegex("""\s(?:&&|\|\||\|)\s(?=(?:[^']*'[^']*')*[^']*$)|;\s(?=(?:[^']*'[^']*')*[^']*$)""")]
    private static partial Regex Separator();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"<[^<>]+>")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""\"?\$\([^)]*\)\"?""")]
    private static partial Regex Substitution();

    [GeneratedRegex("^(?:[A-Z_]+=[^ ]* )+")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\s[<>]\s?\S+$")]
    private static partial Regex Redirection();

    [GeneratedRegex("""(?:[^\s'"]|'[^']*'|"[^"]*")+""")]
    private static partial Regex Word();
}
