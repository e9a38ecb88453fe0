using System.CommandLine;
using CreditSystem.ServiceDefaults;
using CreditSystem.VaultProxy.Commands.Bootstrap;
using CreditSystem.VaultProxy.Commands.Rotation;

namespace CreditSystem.VaultProxy.Commands;

/// <summary>The commands of the proxy's image; without one of them the proxy runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is meant as no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args switch
    {
        [HealthProbe.Name, .. var rest] => await HealthProbe.RunAsync(rest, defaultPort: 8200),
        [BootstrapCommand.Name, .. var rest] => await BootstrapCommand.RunAsync(rest, CommandHost.Process),
        [RotateCommand.Name, .. var rest] => await RotateCommand.RunAsync(rest, CommandHost.Process),
        [var word, ..] when CommandWord.IsOne(word) => await ExplainAsync(args),
        _ => null,
    };

    private static async Task<int> ExplainAsync(string[] args)
    {
        var parsed = new RootCommand("The way to Vault. Without a command the proxy runs until it is told to end; COMMAND --help tells more of one.")
        {
            new Command(BootstrapCommand.Name, "Prepare Vault, and the databases' users"),
            new Command(RotateCommand.Name, "Give the API a new secret_id"),
            new Command(HealthProbe.Name, "Ask the proxy of this container whether it lives"),
        }.Parse(args);
        var exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : exitCode;
    }
}
