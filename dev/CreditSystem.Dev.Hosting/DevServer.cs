using System.Runtime.InteropServices;

namespace CreditSystem.Dev;

/// <summary>How a development server runs: until it is told to end, and with an exit code that says why it has ended.</summary>
public static class DevServer
{
    /// <summary>Serves until SIGINT or SIGTERM.</summary>
    /// <param name="serve">Returns, or is cancelled, once its token is.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<CancellationToken, Task> serve)
    {
        using var stopping = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await serve(stopping.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
        catch (DevServerException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The server cannot start: {failure.Message}");
            return ExitCodes.CannotCreate;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }
}
