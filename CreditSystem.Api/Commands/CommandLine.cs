using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Commands;

/// <summary>The commands of the API's image; without one of them the API runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is meant as no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args switch
    {
        [HealthProbe.Name, .. var rest] => await HealthProbe.RunAsync(rest, defaultPort: 5001),
        [TokenCommand.Name, .. var rest] => await TokenCommand.RunAsync(rest),
        [var word, ..] when CommandWord.IsOne(word) => await OperatorCommands.RunAsync(args),
        _ => null,
    };
}
