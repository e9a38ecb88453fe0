namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>
/// A failure that the operator can do something about: printed as one message, without a stack trace. It never holds a secret.
/// </summary>
public class CommandException(string message, Exception? inner = null, int exitCode = CommandExitCodes.Failed) : Exception(message, inner)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>The command was given something that cannot be right; nothing was done.</summary>
public sealed class CommandUsageException(string message, Exception? inner = null)
    : CommandException(message, inner, CommandExitCodes.Usage);

/// <summary>What every command of the images ends with.</summary>
public static class CommandExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>The command line or a variable cannot be right; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Everything that was asked for is done, but something that the system needs is still missing.</summary>
    public const int Incomplete = 3;
}
