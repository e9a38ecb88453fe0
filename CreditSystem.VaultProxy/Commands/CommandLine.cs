using CreditSystem.ServiceDefaults;
using CreditSystem.VaultProxy.Commands.Bootstrap;
using CreditSystem.VaultProxy.Commands.Rotation;

namespace CreditSystem.VaultProxy.Commands;

/// <summary>The commands of the proxy's image; without one of them the proxy runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args switch
    {
        [HealthProbe.Name, .. var rest] => await HealthProbe.RunAsync(rest, defaultPort: 8200),
        [BootstrapCommand.Name, .. var rest] => await BootstrapCommand.RunAsync(rest, CommandHost.Process),
        [RotateCommand.Name, .. var rest] => await RotateCommand.RunAsync(rest, CommandHost.Process),
        _ => null,
    };
}
