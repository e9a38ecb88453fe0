using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>
/// A service that cannot start for a reason that the operator can put right says so in one sentence and ends with exit code 2,
/// where the runtime would print a stack trace and abort, leaving a core dump.
/// </summary>
public static class StartFailure
{
    /// <summary>Call it first in <c>Program.cs</c>.</summary>
    /// <param name="expected">Exceptions of the service's own whose message is such a sentence.</param>
    public static void Explain(params Type[] expected) => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (unhandled.ExceptionObject is not Exception exception || Describe(exception, expected) is not { } sentence)
            return;
#pragma warning disable RS0030 // There may be no logger yet, and it would be gone before it has written.
        Console.Error.WriteLine($"error: {sentence}");
#pragma warning restore RS0030
        Environment.Exit(CommandExitCodes.Usage);
    };

    /// <returns>Null for a fault of the program, which is better told with its trace.</returns>
    internal static string? Describe(Exception exception, params Type[] expected) => exception switch
    {
        IOException { InnerException: { } inner } when IsPortRefused(inner.SelfAndInner().Last()) => exception.Message,
        SocketException when IsPortRefused(exception) => exception.Message,
        OptionsValidationException or ValidationException => exception.Message,
        InvalidOperationException { InnerException: FormatException } => exception.Message,
        AggregateException { InnerExceptions: [var only] } => Describe(only, expected),
        _ => expected.Any(type => type.IsInstanceOfType(exception)) ? exception.Message : null,
    };

    private static bool IsPortRefused(Exception exception) =>
        exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse or SocketError.AccessDenied };
}
