using System.Diagnostics;

namespace CreditSystem.Tests.Deploy.WireGuard;

/// <summary>A process inside a network namespace, and all that it has printed.</summary>
internal sealed class NamespaceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private NamespaceProcess(Process process) => _process = process;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public static NamespaceProcess Start(string @namespace, string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", @namespace, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var started = new NamespaceProcess(new Process { StartInfo = start });
        started._process.OutputDataReceived += (_, line) => started.Receive(line.Data);
        started._process.ErrorDataReceived += (_, line) => started.Receive(line.Data);
        started._process.Start();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Waits until what it has printed is as expected; fails with what it has printed where that takes too long.</summary>
    public async Task WaitAsync(Func<IReadOnlyList<string>, bool> condition, CancellationToken cancellationToken)
    {
        for (var timeout = Stopwatch.StartNew(); !condition(Lines); await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken))
        {
            if (_process.HasExited || timeout.Elapsed > TimeSpan.FromMinutes(2))
                throw new InvalidOperationException($"{string.Join(' ', _process.StartInfo.ArgumentList)} is not as expected:{Environment.NewLine}{string.Join(Environment.NewLine, Lines.TakeLast(40))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // "ip netns exec" becomes the command, so this ends the command itself.
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Receive(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }
}
