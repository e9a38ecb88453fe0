using System.Diagnostics;

namespace CreditSystem.Testing.Servers;

/// <summary>A development server as a process of its own, which a test can end in every way a process can end.</summary>
internal sealed class DevServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(6);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly string _readyText;

    private DevServerProcess(Process process, string readyText) => (_process, _readyText) = (process, readyText);

    /// <summary>Everything that it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return string.Join(Environment.NewLine, _output);
        }
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it and waits for a line with <paramref name="readyText"/>.</summary>
    /// <exception cref="InvalidOperationException">It has ended instead; the message is its output.</exception>
    public static async Task<DevServerProcess> StartAsync(string project, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken, string readyText = " is ready on ")
    {
        // The server ends with the test process, even when that is killed; it is then given no chance to end it itself.
        var startInfo = new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", "dotnet", Path.Combine(AppContext.BaseDirectory, $"{project}.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            startInfo.Environment[name] = value;
        var server = new DevServerProcess(new Process { StartInfo = startInfo }, readyText);
        server.Launch();
        await Task.WhenAny(server._ready.Task, server._process.WaitForExitAsync(cancellationToken), Task.Delay(StartTime, cancellationToken));
        if (server._ready.Task.IsCompleted)
            return server;
        await server.DisposeAsync();
        throw new InvalidOperationException($"{project} is not ready:{Environment.NewLine}{server.Output}");
    }

    /// <summary>Ends it as an operator does. Its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync(CancellationToken.None);
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends it as a power cut does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await TerminateAsync();
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>The parent-death signal belongs to the thread that forked, so a thread is kept for it.</summary>
    private void Launch()
    {
        using var launched = new ManualResetEventSlim();
        new Thread(() =>
        {
            _process.OutputDataReceived += (_, e) => Receive(e.Data);
            _process.ErrorDataReceived += (_, e) => Receive(e.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            launched.Set();
            _process.WaitForExit();
        })
        { IsBackground = true }.Start();
        launched.Wait();
    }

    private void Receive(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.Add(line);
        if (line.Contains(_readyText, StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
