using System.Text;
using CreditSystem.Cli.Bootstrap;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Cli.Tests;

/// <summary>A command of the command line's image, run in the test's process with an environment of its own.</summary>
internal sealed class CliRun(IReadOnlyDictionary<string, string?> environment, TimeProvider? time = null)
{
    private readonly StringBuilder _everything = new();

    /// <summary>What all runs together have printed.</summary>
    public string Everything => _everything.ToString();

    public Task<(int ExitCode, string Output)> BootstrapAsync(params string[] args) => RunAsync(BootstrapCommand.Name, args);

    /// <summary>Runs a command on an installation that has these settings.</summary>
    public static async Task<(int ExitCode, string Output)> OnInstallationAsync(IEnumerable<KeyValuePair<string, string?>> settings, params string[] args)
    {
        var output = new StringWriter();
        var values = settings.ToDictionary();
        var host = new CommandHost(values.GetValueOrDefault, TimeProvider.System, output) { Configure = builder => builder.AddInMemoryCollection(values) };
        return (await Cli.CommandLine.RunAsync(args, host), output.ToString());
    }

    public async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] args)
    {
        var output = new StringWriter();
        var host = new CommandHost(environment.GetValueOrDefault, time ?? TimeProvider.System, output);
        var exitCode = await Cli.CommandLine.RunAsync([command, .. args], host);
        _everything.Append(output);
        return (exitCode, output.ToString());
    }
}
