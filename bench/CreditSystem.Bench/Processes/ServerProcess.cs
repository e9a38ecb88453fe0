using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CreditSystem.Bench.Processes;

/// <summary>A server of the system as a process of its own, which can be killed and started again.</summary>
/// <param name="assembly">Which.</param>
/// <param name="environment">Its settings.</param>
/// <param name="isReady">Whether it answers.</param>
/// <param name="controlGroup">Where it writes its id to be bound by a control group.</param>
/// <param name="build">The folder of another build; by default it is of this one.</param>
internal sealed class ServerProcess(
    string assembly, Dictionary<string, string> environment, Func<ServerProcess, CancellationToken, Task<bool>> isReady,
    string? controlGroup = null, string? build = null)
    : IAsyncDisposable
{
    private readonly string directory = build ?? AppContext.BaseDirectory;

    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(6);

    private readonly Queue<string> lines = new();
    private Process? process;

    public string Name => assembly;

    public int Id => process!.Id;

    public int ExitCode => process!.ExitCode;

    public bool IsRunning => process is { HasExited: false };

    /// <summary>The resident memory of the process, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            process!.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>The most that <see cref="ResidentBytes"/> has been since the start.</summary>
    public long PeakResidentBytes
    {
        get
        {
            process!.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>The processor time that the process has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process!.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!await TryStartAsync(cancellationToken))
            throw new InvalidOperationException($"{assembly} is not ready:{Environment.NewLine}{LastLines}");
    }

    /// <summary>Starts it and waits until it answers. False where it has ended instead, or taken too long.</summary>
    public async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        // A build that brings the runtime with it has a program of its own.
        string[] command = File.Exists(Path.Combine(directory, "libcoreclr.so"))
            ? [Path.Combine(directory, assembly)]
            : ["dotnet", Path.Combine(directory, $"{assembly}.dll")];
        // A control group counts what is taken in it, and the runtime asks for its limit at once. (sh drops variables with a hyphen.)
        if (controlGroup is not null)
            command = ["bash", "-c", "echo $$ > \"$0\" && exec \"$@\"", controlGroup, .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Its settings are watched for changes there, and in the folder for temporary files much changes.
            WorkingDirectory = directory,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        lock (lines)
            lines.Clear();
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var clock = Stopwatch.StartNew();
        while (!await isReady(this, cancellationToken))
        {
            if (process.HasExited || clock.Elapsed > StartTime)
                return false;
            await Task.Delay(20, cancellationToken);
        }
        return true;
    }

    /// <summary>Ends it as a power cut does.</summary>
    public async Task KillAsync()
    {
        if (process is null)
            return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Stops it as a hypervisor does that moves it, and lets it go on.</summary>
    public async Task PauseAsync(TimeSpan pause)
    {
        await SignalAsync("STOP");
        await Task.Delay(pause);
        await SignalAsync("CONT");
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process!.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;
        if (!process.HasExited)
        {
            await SignalAsync("TERM");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            await process.WaitForExitAsync(patience.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (!process.HasExited)
                await KillAsync();
        }
        process.Dispose();
        process = null;
    }

    public bool HasSaid(string text)
    {
        lock (lines)
            return lines.Any(line => line.Contains(text, StringComparison.Ordinal));
    }

    public string LastLines
    {
        get
        {
            lock (lines)
                return string.Join(Environment.NewLine, lines);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > 40)
                lines.Dequeue();
        }
    }
}
