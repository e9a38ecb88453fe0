using System.CommandLine;
using System.ComponentModel.DataAnnotations;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>
/// Runs a command line: the one place that decides what a failure looks like. System.CommandLine's own handler prints stack
/// traces, which may hold anything, and ends without a word on an <see cref="OperationCanceledException"/>, which is what most
/// clients throw when a server does not answer in time.
/// </summary>
public static class CommandRunner
{
    private static readonly TimeSpan DefaultTimeToEnd = TimeSpan.FromSeconds(2);

    /// <summary>The commands of a service's image: without one of them the service runs.</summary>
    /// <param name="args">The arguments of the process.</param>
    /// <param name="create">Makes the program with its commands.</param>
    /// <param name="describe">As in <see cref="RunAsync"/>.</param>
    /// <returns>The exit code, or null when the first argument is meant as no command.</returns>
    public static async Task<int?> TryRunAsync(string[] args, Func<RootCommand> create, Func<Exception, string?>? describe = null) =>
        args is [var first, ..] && CliArguments.IsCommand(first) ? await RunAsync(create(), args, output: null, describe) : null;

    /// <summary>Runs a command to its end, which always has a reason on the standard error unless it is a success.</summary>
    /// <param name="command">The program with its commands.</param>
    /// <param name="args">The arguments of the process.</param>
    /// <param name="output">Instead of the standard output and error.</param>
    /// <param name="describe">Turns expected exceptions of libraries into one sentence; null for those that it does not know.</param>
    /// <param name="timeToEnd">How long a command may take to end after a signal, 2 s by default; a second one ends it at once.</param>
    /// <returns>The exit code (<see cref="CommandExitCodes"/>), or 128 and the signal's number.</returns>
    public static async Task<int> RunAsync(
        RootCommand command, IReadOnlyList<string> args, TextWriter? output = null, Func<Exception, string?>? describe = null,
        TimeSpan? timeToEnd = null)
    {
        // Signals are ours: System.CommandLine would cancel the action before it is known that there was one.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (output is not null)
            (configuration.Output, configuration.Error) = (output, output);
        using var interruption = new Interruption(timeToEnd ?? DefaultTimeToEnd);
        var parsed = command.Parse(args);
        try
        {
            if (await interruption.RunAsync(token => parsed.InvokeAsync(configuration, token)) is { } exitCode)
                return parsed.Errors.Count > 0 ? CommandExitCodes.Usage : exitCode;
        }
        catch (OperationCanceledException) when (interruption.ExitCode is not null)
        {
        }
        catch (CommandException failure)
        {
            await configuration.Error.WriteLineAsync($"error: {failure.Message}");
            return failure.ExitCode;
        }
        catch (Exception setting)
            when (setting is ValidationException or InvalidOperationException { InnerException: FormatException })
        {
            await configuration.Error.WriteLineAsync($"error: {setting.Message}");
            return CommandExitCodes.Usage;
        }
        catch (Exception exception)
        {
            await configuration.Error.WriteLineAsync($"error: {describe?.Invoke(exception) ?? Describe(exception)}");
            return CommandExitCodes.Failed;
        }
        await configuration.Error.WriteLineAsync("error: Interrupted.");
        return interruption.ExitCode!.Value;
    }

    /// <summary>Without the message of a fault that nobody foresaw: it may hold what was sent.</summary>
    private static string Describe(Exception exception) => exception is OperationCanceledException or TimeoutException
        ? "Given up: a server has not answered in time."
        : $"This should not happen ({exception.GetType().Name}). Please report it with these "
            + $"lines:{Environment.NewLine}{exception.StackTrace}";
}
