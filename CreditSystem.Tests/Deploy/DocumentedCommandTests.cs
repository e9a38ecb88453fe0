using System.Text.RegularExpressions;
using CreditSystem.Api.Commands;
using CreditSystem.Cli;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Tests;
using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

/// <summary>What the documents tell somebody to type is understood by what he types it to.</summary>
public sealed partial class DocumentedCommandTests
{
    /// <summary>What it says of a command that it has understood: no server is there, no file that the reader has, no input.</summary>
    private static readonly string[] AfterAll = ["refused", "no such file", "no objects passed"];

    private static IEnumerable<DocumentedCommand> Kubectl => DocumentedCommand.All.Where(command => command.Text.StartsWith("kubectl ", StringComparison.Ordinal));

    /// <summary>No server is there, which kubectl finds out after it has understood the command.</summary>
    [Fact]
    public async Task Kubectl_understands_every_command_for_it()
    {
        var commands = Kubectl.Where(command => !command.Text.StartsWith("kubectl kustomize", StringComparison.Ordinal)).DistinctBy(command => command.Text).ToList();
        Assert.True(commands.Count > 25, $"{commands.Count}");

        var refused = new List<string>();
        foreach (var command in commands)
        {
            var result = await ToolProcess.RunAsync(Kustomize.Kubectl(["--server=http://127.0.0.1:9", .. command.Words[1..]]), "deploy/install-kubectl");
            if (result.ExitCode != 0 && !AfterAll.Any(reason => result.Error.Contains(reason, StringComparison.Ordinal)))
                refused.Add($"{command.File}: {command.Text}\n  {result.Error}");
        }

        Assert.True(refused.Count == 0, string.Join('\n', refused));
    }

    [Fact]
    public void The_workloads_in_commands_are_in_the_overlays()
    {
        using var copy = new SourceCopy();
        var all = CertificateComponentTests.Render(copy, "production", "certificates", "certificates-mongodb");
        var named = Kubectl.SelectMany(command => Workload().Matches(command.Text).Select(match => (command.File, Kind: match.Groups[1].Value, Name: match.Groups[2].Value))).ToList();

        Assert.True(named.Count > 10, $"{named.Count}");
        Assert.All(named, one => Assert.Contains(all.Objects, found => found.Kind.Equals(one.Kind, StringComparison.OrdinalIgnoreCase) && found.Name == one.Name));
    }

    [Fact]
    public void The_API_knows_every_command_of_its_image()
    {
        var commands = DocumentedCommand.All.Where(command => command.Text.StartsWith("dotnet CreditSystem.Api.dll ", StringComparison.Ordinal)).ToList();

        Assert.True(commands.Count > 1, $"{commands.Count}");
        Assert.Empty(commands.SelectMany(command => ApiCommands.Create().Parse(command.Words[2..]).Errors.Select(error => $"{command.File}: {command.Text}: {error.Message}")));
    }

    /// <summary>Without an address of a Vault nothing is done, but a command that is not understood ends with 2.</summary>
    [Fact]
    public async Task The_command_line_knows_every_command_of_its_image()
    {
        var commands = DocumentedCommand.All.Where(command => command.Text.StartsWith("dotnet CreditSystem.Cli.dll ", StringComparison.Ordinal)).ToList();
        var nowhere = new CliRun(new Dictionary<string, string?>());

        Assert.True(commands.Count > 15, $"{commands.Count}");
        var root = Cli.CommandLine.Create(CommandHost.Process);
        Assert.Empty(commands.SelectMany(command => root.Parse(command.Words[2..]).Errors.Select(error => $"{command.File}: {command.Text}: {error.Message}")));
        foreach (var command in commands.Where(command => command.Words[2] is BootstrapCommand.Name or RotateCommand.Name))
        {
            var (exitCode, output) = command.Words[2] switch
            {
                BootstrapCommand.Name => await nowhere.BootstrapAsync(command.Words[3..]),
                _ => await nowhere.RunAsync(RotateCommand.Name, command.Words[3..]),
            };
            Assert.True(exitCode == (command.Words.Contains("--print-policy") ? 0 : 1), $"{command.File}: {command.Text}: {output}");
        }
    }

    /// <summary>A mount or a secret with cas_required refuses a patch that names no version.</summary>
    [Fact]
    public void Every_patch_of_a_secret_names_the_version_that_it_changes()
    {
        var commands = DocumentedCommand.All.Where(command => command.Text.StartsWith("vault kv patch ", StringComparison.Ordinal)).ToList();

        Assert.True(commands.Count > 4, $"{commands.Count}");
        Assert.All(commands, command => Assert.Contains(" -cas=", command.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_scripts_are_there_and_name_every_option_that_they_are_given()
    {
        var commands = DocumentedCommand.All.Where(command => command.Text.StartsWith("deploy/", StringComparison.Ordinal)).ToList();

        Assert.True(commands.Count > 10, $"{commands.Count}");
        Assert.All(commands, command =>
        {
            var script = File.ReadAllText(Repository.PathOf(command.Words[0]));
            Assert.All(command.Words[1..].Where(word => word.StartsWith('-')), option => Assert.Contains($"{option})", script, StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var broken =
            from file in DocumentedCommand.Files()
            from Match link in Link().Matches(File.ReadAllText(file))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            // Pages that the running API makes.
            where !target.StartsWith("/docs/reference", StringComparison.Ordinal) && target != "/openapi/v1.json"
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target))
            select $"{Path.GetRelativePath(Repository.Root, file)}: {target}";

        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\b(deployment|statefulset|cronjob)/([a-z][a-z0-9-]*)")]
    private static partial Regex Workload();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
