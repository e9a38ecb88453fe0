using System.Runtime.InteropServices;

namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>SIGINT and SIGTERM while an action runs: it is told to end, and left behind if it does not, or at a second signal.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly TimeSpan _timeToEnd;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _signalledAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _termination;

    /// <param name="timeToEnd">How long the action may take to end after the first signal.</param>
    public Interruption(TimeSpan timeToEnd)
    {
        _timeToEnd = timeToEnd;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 128 + 2));
        _termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 128 + 15));
    }

    /// <summary>128 and the signal's number; null while there was none.</summary>
    public int? ExitCode { get; private set; }

    /// <returns>Null where a signal came and the action has not ended in time.</returns>
    public async Task<int?> RunAsync(Func<CancellationToken, Task<int>> action)
    {
        var running = action(_stopping.Token);
        var signalled = new TaskCompletionSource();
        await using var registration = _stopping.Token.Register(signalled.SetResult);
        if (await Task.WhenAny(running, signalled.Task) != running
            && await Task.WhenAny(running, Task.Delay(_timeToEnd, TimeProvider.System), _signalledAgain.Task) != running)
            return null;
        return await running;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _termination.Dispose();
        _stopping.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (ExitCode is not null)
            _signalledAgain.TrySetResult();
        ExitCode = exitCode;
        _stopping.Cancel();
    }
}
