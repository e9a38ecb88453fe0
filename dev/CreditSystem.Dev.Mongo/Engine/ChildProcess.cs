using System.Diagnostics;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>
/// A child that the kernel ends when this process dies, SIGKILL included. The parent-death signal is tied to the thread
/// that forked, so that thread lives exactly as long as the child.
/// </summary>
internal sealed class ChildProcess
{
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess()
    {
    }

    public int Id { get; private set; }

    /// <summary>Completes with the exit code.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The last lines of its output, for the message when it fails.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
                return string.Join(Environment.NewLine, _lastLines);
        }
    }

    public static async Task<ChildProcess> StartAsync(string deathSignal, IEnumerable<string> command, Action<string>? onLine)
    {
        var startInfo = new ProcessStartInfo("setpriv", ["--pdeathsig", deathSignal, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        var child = new ChildProcess();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => child.Run(startInfo, started, onLine)) { IsBackground = true, Name = "child process" }.Start();
        await started.Task;
        return child;
    }

    public void Signal(int signal)
    {
        if (!_exited.Task.IsCompleted)
            _ = NativeMethods.Kill(Id, signal);
    }

    private void Run(ProcessStartInfo startInfo, TaskCompletionSource started, Action<string>? onLine)
    {
        using var process = new Process { StartInfo = startInfo };
        try
        {
            process.OutputDataReceived += (_, e) => Receive(e.Data, onLine);
            process.ErrorDataReceived += (_, e) => Receive(e.Data, onLine);
            process.Start();
            Id = process.Id;
            process.StandardInput.Close();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            started.SetException(new DevServerException(ExitCodes.ServerFailed, $"'{startInfo.FileName}' cannot be started: {exception.Message}", exception));
            return;
        }

        started.SetResult();
        process.WaitForExit();
        _exited.SetResult(process.ExitCode);
    }

    private void Receive(string? line, Action<string>? onLine)
    {
        if (line is null)
            return;
        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 20)
                _lastLines.Dequeue();
        }

        onLine?.Invoke(line);
    }
}
