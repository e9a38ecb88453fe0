using System.Diagnostics;
using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>
/// The tools of <c>tests/clients</c>: npm's, installed once into <c>artifacts/</c> from the lock file there, and the generators that
/// are tools of .NET.
/// </summary>
internal static class ClientTools
{
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    private static string Sources => Repository.PathOf("tests", "clients");

    /// <summary>The document that clients are generated from.</summary>
    public static string Document => Repository.PathOf("docs", "openapi.json");

    /// <summary>The folder that everything is generated into.</summary>
    public static Task<string> FolderAsync() => Installed.Value;

    /// <summary><c>valid 3.1</c>, or what is wrong with the document by the specification's own schema.</summary>
    public static Task<string> ValidateAsync(string document) => NodeAsync(["validate.mjs"], input: document);

    /// <summary>What Spectral finds, warnings included; empty where it finds nothing.</summary>
    public static async Task<string> LintAsync()
    {
        var findings = await NodeAsync(
            ["node_modules/@stoplight/spectral-cli/dist/index.js", "lint", Document, "--ruleset", ".spectral.yaml", "--fail-severity", "hint",
                "--quiet"]);
        return findings.Contains("No results", StringComparison.Ordinal) ? "" : findings;
    }

    /// <summary>A program of npm's.</summary>
    public static Task<string> NodeAsync(string[] arguments, (string Name, string Value)[]? environment = null, string input = "") =>
        RunAsync("node", arguments, "Debian's nodejs", environment, input);

    /// <summary>A tool or a program of .NET.</summary>
    public static Task<string> DotnetAsync(string[] arguments, params (string Name, string Value)[] environment) =>
        RunAsync("dotnet", arguments, "the .NET SDK", environment, "");

    private static async Task<string> RunAsync(
        string program, string[] arguments, string package, (string Name, string Value)[]? environment, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = await Installed.Value };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        var result = await ToolProcess.RunAsync(start, package, input);
        return (result.Output + (result.ExitCode == 0 ? "" : $"{result.Error} (exit code {result.ExitCode})")).Trim();
    }

    private static async Task<string> InstallAsync()
    {
        // Inside the repository, so that the projects there find their packages and the tools their manifest.
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts", "clients")).FullName;
        foreach (var file in Directory.EnumerateFiles(Sources, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Sources, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }

        var (locked, installed) = (await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json")), Path.Combine(folder, "installed.json"));
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == locked)
            return folder;
        var install = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"])
        {
            WorkingDirectory = folder,
        };
        var result = await ToolProcess.RunAsync(install, "Debian's npm");
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"npm ci failed: {result.Error}");
        await File.WriteAllTextAsync(installed, locked);
        return folder;
    }
}
