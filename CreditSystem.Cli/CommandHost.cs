using Microsoft.Extensions.Configuration;

namespace CreditSystem.Cli;

/// <summary>What a command has of the process around it.</summary>
/// <param name="Variable">Reads the environment; credentials come from here and from files, never from arguments.</param>
/// <param name="Time">The clock.</param>
/// <param name="Output">Where the command writes; null for the terminal.</param>
internal sealed record CommandHost(Func<string, string?> Variable, TimeProvider Time, TextWriter? Output = null)
{
    /// <summary>Where commands on an installation have its settings from: those of the API, in the environment.</summary>
    public Action<IConfigurationBuilder> Configure { get; init; } = configuration => configuration.AddEnvironmentVariables();

    internal static CommandHost Process { get; } = new(Environment.GetEnvironmentVariable, TimeProvider.System);

    internal string? VariableOrNull(string name) => Variable(name) is { Length: > 0 } value ? value : null;

    /// <summary>The option, else the variable.</summary>
    internal string? ValueOf(ParseResult parsed, Option<string> option, string variable) =>
        parsed.GetValue(option) is { Length: > 0 } value ? value : VariableOrNull(variable);
}
