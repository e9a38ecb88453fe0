using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CreditSystem.Bench.Rotation;

/// <summary>A part of the system as a process of its own; its last lines tell why it did not start.</summary>
internal sealed class ChildServer(string assembly, Dictionary<string, string> environment, Func<ChildServer, CancellationToken, Task<bool>> isReady) : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(6);

    private readonly Queue<string> _lines = new();
    private Process? _process;

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll")]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var since = TimeProvider.System.GetTimestamp();
        while (!await isReady(this, cancellationToken))
        {
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(since) > StartTime)
                throw new InvalidOperationException($"{assembly} is not ready:{Environment.NewLine}{LastLines}");
            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>Ends it as an orchestrator does.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process)
            return;
        using var terminate = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await terminate.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
    }

    public bool HasSaid(string text)
    {
        lock (_lines)
            return _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    public string LastLines
    {
        get
        {
            lock (_lines)
                return string.Join(Environment.NewLine, _lines);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > 60)
                _lines.Dequeue();
        }
    }
}
