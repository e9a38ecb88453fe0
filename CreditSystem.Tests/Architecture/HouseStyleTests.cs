using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Architecture;

/// <summary>What neither the compiler nor <c>dotnet format whitespace</c> looks at.</summary>
public sealed partial class HouseStyleTests
{
    private const int MaxColumns = 140;
    private const int MaxLines = 200;
    private const int MaxFilesOfFolder = 15;

    /// <summary>Longer than they should be. One that has been shortened leaves the list; none comes in.</summary>
    private static readonly string[] TooLong =
    [
        "CreditSystem.Ledger/Partitions/LedgerPartition.cs",
        "CreditSystem.Ledger/Partitions/PartitionLoop.cs", "CreditSystem.Ledger/Partitions/RecordIndex.cs",
        "CreditSystem.Ledger/Simulation/SimulationChecks.cs",
    ];

    private static readonly string[] Products =
    [
        "CreditSystem.Api", "CreditSystem.AppHost", "CreditSystem.Cli", "CreditSystem.Identity", "CreditSystem.Ledger", "CreditSystem.Ledger.MongoDb",
        "CreditSystem.Ledger.Orleans",
        "CreditSystem.Secrets", "CreditSystem.ServiceDefaults", "CreditSystem.VaultProxy",
    ];

    [Fact]
    public void No_line_of_the_products_is_longer_than_140_columns() =>
        Assert.Empty(Sources(Products).SelectMany(file => File.ReadLines(file)
            .Select((line, index) => (line, index))
            .Where(found => found.line.Length > MaxColumns)
            .Select(found => $"{Name(file)}:{found.index + 1}")));

    [Fact]
    public void No_file_of_the_products_is_longer_than_200_lines() => Assert.Equal(
        TooLong, Sources(Products).Where(file => File.ReadLines(file).Skip(MaxLines).Any()).Select(Name).Order(StringComparer.Ordinal));

    [Fact]
    public void No_folder_of_the_products_has_more_files_than_one_sees_at_a_glance() =>
        Assert.Empty(Sources(Products).GroupBy(file => Path.GetDirectoryName(file)!)
            .Where(folder => folder.Count() > MaxFilesOfFolder)
            .Select(folder => $"{Name(folder.Key)}: {folder.Count()}"));

    /// <summary>What is imported last belongs where one looks for it: a file's namespaces (System first), its classes, its other names.</summary>
    [Fact]
    public void Imports_are_in_order() => Assert.Empty(
        Sources([""]).Where(file => Imports(file) is var imports && !imports.SequenceEqual(imports.Order(StringComparer.Ordinal))).Select(Name));

    [Fact]
    public void What_people_read_is_in_plain_modern_English() =>
        Assert.Empty(Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".md" && !IsBuilt(file) && !file.EndsWith("HouseStyleTests.cs", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Where(line => Odd().IsMatch(line)).Select(line => $"{Name(file)}: {line.Trim()}")));

    private static IEnumerable<string> Sources(IEnumerable<string> projects) =>
        projects.SelectMany(project => Directory.EnumerateFiles(Repository.PathOf(project), "*.cs", SearchOption.AllDirectories)).Where(file => !IsBuilt(file));

    private static bool IsBuilt(string file) =>
        Name(file).Split(Path.DirectorySeparatorChar) is var parts && parts.Any(part => part is "artifacts" or "node_modules" or ".git" or "obj" or "bin");

    // In the order of their kinds, then of the parts of their names.
    private static List<string> Imports(string file) =>
        [.. File.ReadLines(file).Select(line => Import().Match(line)).Where(import => import.Success).Select(import =>
            $"{(import.Groups["alias"].Success ? 2 : import.Groups["static"].Success ? 1 : 0)} "
            + SystemFirst().Replace((import.Groups["alias"].Success ? import.Groups["alias"] : import.Groups["name"]).Value, "").ToUpperInvariant().Replace('.', '\0'))];

    private static string Name(string file) => Path.GetRelativePath(Repository.Root, file);

    [GeneratedRegex(@"^using (?<static>static )?(?:(?<alias>\w+) = )?(?<name>[^;=() ]+);$")]
    private static partial Regex Import();

    [GeneratedRegex(@"^System\b")]
    private static partial Regex SystemFirst();

    [GeneratedRegex(@"\bnought\b|\bmend(ed|ing|s)?\b|of nobody|\bfor ever\b|behind block|\bwhoever\b", RegexOptions.IgnoreCase)]
    private static partial Regex Odd();
}
