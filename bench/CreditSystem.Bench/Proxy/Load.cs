using System.Globalization;

namespace CreditSystem.Bench.Proxy;

/// <summary>One run of wrk against one server, and what the server has spent on it.</summary>
internal sealed record Run(double RequestsPerSecond, double P50Microseconds, double P99Microseconds, double ProcessorMicrosecondsPerRequest, double MemoryMebibytes)
{
    // wrk's own summary rounds; its script has the figures.
    private const string Script = """
        done = function(summary, latency, requests)
          local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
          io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
        end
        """;

    internal static async Task<Run> MeasureAsync(Server server, ProxyLoad load, int seconds, string folder, CancellationToken cancellationToken)
    {
        var script = Path.Combine(folder, "report.lua");
        await File.WriteAllTextAsync(script, Script, cancellationToken);
        var before = server.ProcessorSeconds();
        var output = await Tool.RunAsync("taskset",
        [
            "-c", "1", "wrk", "-t1", $"-c{load.Connections}", $"-d{seconds}s", "-s", script, "-H", "X-Vault-Token: hvs.CAESIBENCHBENCHBENCHBENCHBENCHBENCHBENCH", "-H", "X-Vault-Request: true",
            $"http://127.0.0.1:{server.Port}{Servers.Path}",
        ], cancellationToken);
        var spent = server.ProcessorSeconds() - before;
        var figures = output.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal)).Split(' ').Skip(1)
            .Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        if (figures[4] > 0)
            throw new InvalidOperationException($"{server.Name} has failed {figures[4]} requests:\n{output}");
        return new Run(figures[0] / (figures[1] / 1e6), figures[2], figures[3], spent * 1e6 / figures[0], server.MemoryMebibytes());
    }

    internal static Run Median(IReadOnlyList<Run> runs) => new(
        Middle(runs, run => run.RequestsPerSecond),
        Middle(runs, run => run.P50Microseconds),
        Middle(runs, run => run.P99Microseconds),
        Middle(runs, run => run.ProcessorMicrosecondsPerRequest),
        runs.Max(run => run.MemoryMebibytes));

    private static double Middle(IReadOnlyList<Run> runs, Func<Run, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);
}
