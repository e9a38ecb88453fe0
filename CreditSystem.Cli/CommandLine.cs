using System.CommandLine;
using CreditSystem.Cli.Bootstrap;
using CreditSystem.Cli.Rotation;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Cli;

/// <summary>All commands, for people, for the Job and for the CronJob.</summary>
internal static class CommandLine
{
    internal static Task<int> RunAsync(IReadOnlyList<string> args, CommandHost host) => CommandRunner.RunAsync(
        new RootCommand("Prepares, rotates, looks after and checks an installation of CreditSystem; COMMAND --help tells more of one.")
        {
            BootstrapCommand.Create(host),
            RotateCommand.Create(host),
        }, args, host.Output);
}
