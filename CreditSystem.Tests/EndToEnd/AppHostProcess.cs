using System.Diagnostics;
using CreditSystem.Tests.Deploy;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>The AppHost as a user starts it: a process of its own, with a terminal that is read.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    internal static readonly TimeSpan StartTime = TimeSpan.FromMinutes(6);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppHostProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    /// <summary>Starts it as <c>dotnet run --project CreditSystem.AppHost -- ARGUMENTS</c> does, with the build that the tests are of.</summary>
    public static AppHostProcess Start(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "CreditSystem.AppHost", configuration, "CreditSystem.AppHost.dll");
        // A shell that starts the tests in its background has them, and what they start, ignore Ctrl-C.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", "exec", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        var host = new AppHostProcess(new Process { StartInfo = start });
        host._process.OutputDataReceived += (_, line) => host.Receive(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.Receive(line.Data);
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Waits for its line "Ready after …".</summary>
    /// <exception cref="InvalidOperationException">It has ended instead; the message is its output.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_ready.Task, _process.WaitForExitAsync(cancellationToken), Task.Delay(StartTime, cancellationToken));
        if (!_ready.Task.IsCompleted)
            throw new InvalidOperationException($"The AppHost is not ready:\n{Output}");
    }

    /// <summary>Every process that it has started, directly or through others.</summary>
    public async Task<IReadOnlyList<int>> DescendantsAsync(CancellationToken cancellationToken)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-eo", "pid=,ppid="]) { RedirectStandardOutput = true })!;
        var parents = (await ps.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray())
            .ToLookup(pair => pair[1], pair => pair[0]);
        return [.. Below(Id)];

        IEnumerable<int> Below(int parent) => parents[parent].SelectMany(child => Below(child).Prepend(child));
    }

    /// <summary>Ends it as Ctrl-C (INT), an orchestrator (TERM) or a power cut (KILL) does. Its exit code.</summary>
    public async Task<int> SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using (var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]))
            await kill.WaitForExitAsync(cancellationToken);
        return await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Its exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(90), cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await SignalAsync("TERM", CancellationToken.None);
        _process.Dispose();
    }

    private void Receive(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.Add(line);
        if (line.StartsWith("Ready after ", StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
