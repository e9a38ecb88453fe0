using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace CreditSystem.Bench.Proxy;

/// <summary>Medians, in the order upstream, nginx, YARP, proxy, proxy with cache.</summary>
internal sealed record ProxyResult(ProxyLoad Load, IReadOnlyList<(string Name, Run Run)> Servers)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private Run Direct => Servers[0].Run;

    private Run Nginx => Servers[1].Run;

    private Run Yarp => Servers[2].Run;

    private Run Proxy => Servers[3].Run;

    private Run Cached => Servers[4].Run;

    internal string ToJson() => JsonSerializer.Serialize(
        new
        {
            ratio_throughput = Round(Proxy.RequestsPerSecond / Nginx.RequestsPerSecond),
            ratio_yarp = Round(Proxy.RequestsPerSecond / Yarp.RequestsPerSecond),
            ratio_p99 = Round(Proxy.P99Microseconds / Nginx.P99Microseconds),
            ratio_cached = Round(Cached.RequestsPerSecond / Nginx.RequestsPerSecond),
            ratio_cpu_per_request = Round(Proxy.ProcessorMicrosecondsPerRequest / Nginx.ProcessorMicrosecondsPerRequest),
            measured_at = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            machine = Machine(),
            load = new { Load.Seconds, Load.Rounds, Load.Connections },
            servers = Servers.Select(server => new { server.Name, server.Run }),
        },
        Indented);

    internal string ToMarkdown()
    {
        var table = new StringBuilder($"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {Machine()}; {Load.Connections} connections, median of {Load.Rounds} runs of {Load.Seconds} s, in turns.\n\n");
        table.Append("| | requests/s | p50 added, µs | p99 added, µs | processor µs/request | memory, MiB |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var (name, run) in Servers)
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {run.RequestsPerSecond:F0} | {run.P50Microseconds - Direct.P50Microseconds:F0} | {run.P99Microseconds - Direct.P99Microseconds:F0} | {run.ProcessorMicrosecondsPerRequest:F1} | {run.MemoryMebibytes:F0} |\n");
        table.Append(CultureInfo.InvariantCulture, $"\nAgainst YARP alone: throughput {Proxy.RequestsPerSecond / Yarp.RequestsPerSecond:F2}. Against nginx: throughput {Proxy.RequestsPerSecond / Nginx.RequestsPerSecond:F2}, p99 {Proxy.P99Microseconds / Nginx.P99Microseconds:F2}, with the cache on {Cached.RequestsPerSecond / Nginx.RequestsPerSecond:F2}.");
        return table.ToString();
    }

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] : null;
        return $"{Environment.ProcessorCount} × {model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {RuntimeInformation.FrameworkDescription}";
    }

    private static double Round(double ratio) => Math.Round(ratio, 3);
}
