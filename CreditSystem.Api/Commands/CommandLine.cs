using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Api.Commands;

/// <summary>The commands of the API's image; without one of them the API runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is meant as no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args is [var word, ..] && CliArguments.IsCommand(word) ? await OperatorCommands.RunAsync(args) : null;
}
