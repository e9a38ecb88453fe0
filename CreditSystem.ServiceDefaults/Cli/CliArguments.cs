namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>Tells a command apart from the settings that a host takes as arguments (<c>--key value</c>, <c>key=value</c>).</summary>
public static class CliArguments
{
    /// <summary>Whether it is meant as a command, known or not. A misspelt one must not start a service in its place.</summary>
    /// <param name="argument">The first argument of the process.</param>
    public static bool IsCommand(string argument) => argument is "--help" or "-h" or "-?" or "--version"
        || (argument is not [] and not ['-' or '/', ..] && !argument.Contains('=', StringComparison.Ordinal));
}
