using System.CommandLine;

namespace CreditSystem.VaultProxy.Commands;

/// <summary>What a command has of the process around it.</summary>
/// <param name="Variable">Reads the environment; credentials come from here and from files, never from arguments.</param>
/// <param name="Time">The clock.</param>
/// <param name="Output">Where the command writes; null for the terminal.</param>
internal sealed record CommandHost(Func<string, string?> Variable, TimeProvider Time, TextWriter? Output = null)
{
    internal static CommandHost Process { get; } = new(Environment.GetEnvironmentVariable, TimeProvider.System);

    /// <summary>Parses and runs it. A failure that the operator can mend is one line and exit code 1.</summary>
    internal async Task<int> InvokeAsync(RootCommand command, string[] args, Func<ParseResult, TextWriter, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await run(parsed, parsed.InvocationConfiguration.Output, cancellationToken);
            }
            catch (CommandFailure failure)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"error: {failure.Message}");
                return ExitCodes.Failed;
            }
        });
        var parsed = command.Parse(args);
        var configuration = new InvocationConfiguration();
        if (Output is not null)
            (configuration.Output, configuration.Error) = (Output, Output);
        var exitCode = await parsed.InvokeAsync(configuration);
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : exitCode;
    }

    internal string? VariableOrNull(string name) => Variable(name) is { Length: > 0 } value ? value : null;
}
