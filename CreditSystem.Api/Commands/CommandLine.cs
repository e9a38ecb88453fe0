namespace CreditSystem.Api.Commands;

/// <summary>The commands of the API's image; without one of them the API runs.</summary>
internal static class CommandLine
{
    /// <returns>The exit code, or null when the first argument is no command.</returns>
    internal static async Task<int?> TryRunAsync(string[] args) => args switch
    {
        [TokenCommand.Name, .. var rest] => await TokenCommand.RunAsync(rest),
        ["vault" or "config" or "mongo" or "redis", ..] => await OperatorCommands.RunAsync(args),
        _ => null,
    };
}
