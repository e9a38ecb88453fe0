using System.Diagnostics;
using System.Globalization;

namespace CreditSystem.Bench.Proxy;

/// <summary>A server of its own process, on one processor, watched from outside.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly long TicksPerSecond = 100;
    private readonly Process _process;

    private Server(string name, int port, Process process) => (Name, Port, _process) = (name, port, process);

    public string Name { get; }

    public int Port { get; }

    /// <param name="processor">The one that it may use.</param>
    /// <param name="output">Where its standard output, and with it its access log, goes.</param>
    internal static async Task<Server> StartAsync(string name, int port, int processor, string output, string command, IReadOnlyDictionary<string, string> environment, string probe, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec taskset -c {processor} {command} >'{output}' 2>&1"]);
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var server = new Server(name, port, Process.Start(start)!);
        await server.WaitAsync(probe, output, cancellationToken);
        return server;
    }

    /// <summary>Seconds of processor time that it and its children have used.</summary>
    internal double ProcessorSeconds() => Pids().Sum(pid =>
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double)(long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    });

    internal double MemoryMebibytes() => Pids().Sum(pid =>
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    });

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private IEnumerable<int> Pids()
    {
        yield return _process.Id;
        foreach (var child in File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            yield return int.Parse(child, CultureInfo.InvariantCulture);
    }

    private async Task WaitAsync(string probe, string output, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var i = 0; i < 300 && !_process.HasExited; i++)
        {
            try
            {
                using var answer = await client.GetAsync($"http://127.0.0.1:{Port}{probe}", cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100, cancellationToken);
        }

        throw new InvalidOperationException($"{Name} does not answer:\n{await File.ReadAllTextAsync(output, cancellationToken)}");
    }
}
