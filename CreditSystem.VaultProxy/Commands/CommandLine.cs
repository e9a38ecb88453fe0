using System.CommandLine;
using CreditSystem.Cli;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Rotation;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.VaultProxy.Commands;

/// <summary>The commands of the proxy's image; without one of them the proxy runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is meant as no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args is [var word, ..] && CommandWord.IsOne(word) ? await RunAsync(args, CommandHost.Process) : null;

    internal static Task<int> RunAsync(IReadOnlyList<string> args, CommandHost host) => host.RunAsync(
        new RootCommand("The way to Vault. Without a command the proxy runs until it is told to end; COMMAND --help tells more of one.")
        {
            BootstrapCommand.Create(host),
            RotateCommand.Create(host),
            HealthProbe.Create(defaultPort: 8200),
        }, args);
}
