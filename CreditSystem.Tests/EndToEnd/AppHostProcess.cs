using System.Diagnostics;
using System.Globalization;
using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>The AppHost as a user starts it: a process of its own, with a terminal that is read.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    /// <summary>Tests that start one are in it, so that no more than one starts at a time beside that of <see cref="AppHostFixture"/>.</summary>
    internal const string Collection = "AppHosts as processes";

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
    public static AppHostProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables of the environment besides.</summary>
    public static AppHostProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
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
        // An AppHost in the tests' own process has set them.
        foreach (var variable in (string[])["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"])
            start.Environment.Remove(variable);
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
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

    /// <summary>Waits for a line that contains the text.</summary>
    /// <exception cref="InvalidOperationException">It has ended without it; the message is its output.</exception>
    public async Task WaitForLineAsync(string text, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTime);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited || timeout.IsCancellationRequested)
                throw new InvalidOperationException($"The AppHost did not write '{text}':\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    /// <summary>Every process that belongs to it: Aspire's orchestrator is not its child, but told to watch it.</summary>
    public IReadOnlyList<int> Processes()
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).ToList();
        var children = all.ToLookup(process => Field(process, 1));
        var orchestrators = all.Where(process => ReadOrEmpty($"/proc/{process}/cmdline").Contains($"--monitor\0{Id}\0", StringComparison.Ordinal));
        return [.. Below(Id).Concat(orchestrators.SelectMany(process => Below(process).Prepend(process))).Distinct()];

        IEnumerable<int> Below(int parent) => children[parent].SelectMany(child => Below(child).Prepend(child));
    }

    /// <summary>The process whose program it is.</summary>
    public int ProcessOf(string program) =>
        Processes().First(process => Path.GetFileName(ReadOrEmpty($"/proc/{process}/cmdline").Split('\0')[0]) == program);

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

    private static int Field(int process, int index) =>
        ReadOrEmpty($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 2 } fields ? int.Parse(fields[index], CultureInfo.InvariantCulture) : 0;

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return "";
        }
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

[CollectionDefinition(AppHostProcess.Collection)]
public sealed class AppHostProcesses;
