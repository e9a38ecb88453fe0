using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CreditSystem.Bench.Ledger;

/// <summary>PostgreSQL's own debit-credit benchmark (TPC-B-like), on the engine that keeps the ledger, with its settings.</summary>
internal sealed partial class Pgbench
{
    private const string Database = "pgbench";

    private readonly string bin;
    private readonly string[] server;
    private readonly string logDirectory;

    private Pgbench(string bin, string[] server, string logDirectory) => (this.bin, this.server, this.logDirectory) = (bin, server, logDirectory);

    /// <summary>Makes its database on the engine that <c>engine.json</c> describes.</summary>
    public static async Task<Pgbench> PrepareAsync(string dataDirectory, int scale, CancellationToken cancellationToken)
    {
        using var engine = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(dataDirectory, "engine.json"), cancellationToken));
        var root = engine.RootElement;
        string[] server = ["-h", root.GetProperty("socketDirectory").GetString()!, "-p", $"{root.GetProperty("port").GetInt32()}", "-U", root.GetProperty("username").GetString()!];
        var pgbench = new Pgbench(root.GetProperty("binDirectory").GetString()!, server, dataDirectory);
        await pgbench.RunAsync("psql", [.. server, "-d", root.GetProperty("database").GetString()!, "-c", $"CREATE DATABASE {Database}"], cancellationToken);
        await pgbench.RunAsync("pgbench", [.. server, "-i", "-q", "-s", $"{scale}", Database], cancellationToken);
        return pgbench;
    }

    public async Task<string> SettingAsync(string name, CancellationToken cancellationToken) =>
        (await RunAsync("psql", [.. server, "-d", Database, "-Atc", $"SHOW {name}"], cancellationToken)).Trim();

    /// <summary>
    /// Has the engine write what earlier runs left in its buffers: what follows pgbench paid for its writes, at one connection with half of
    /// its throughput.
    /// </summary>
    public Task SettleAsync(CancellationToken cancellationToken) =>
        RunAsync("psql", [.. server, "-d", Database, "-Atc", "CHECKPOINT"], cancellationToken);

    public async Task<Measurement> MeasureAsync(int clients, double seconds, CancellationToken cancellationToken)
    {
        var log = Path.Combine(logDirectory, $"pgbench-{Guid.NewGuid():N}");
        var output = await RunAsync("pgbench",
        [
            .. server, "-M", "prepared", "-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}", "-T", $"{Math.Max((int)seconds, 1)}",
            "-n", "-l", "--log-prefix", log, Database,
        ], cancellationToken);
        // Without a single transaction in its time, pgbench prints no rate.
        var rate = Tps().Match(output) is { Success: true } tps ? double.Parse(tps.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        var latencies = new List<double>();
        foreach (var file in Directory.GetFiles(logDirectory, Path.GetFileName(log) + "*"))
        {
            // client, transaction, latency in microseconds, …
            latencies.AddRange((await File.ReadAllLinesAsync(file, cancellationToken)).Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture) / 1000));
            File.Delete(file);
        }
        latencies.Sort();
        return new Measurement("pgbench", clients, rate, Measurement.At(latencies, 0.5), Measurement.At(latencies, 0.99));
    }

    private async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(bin, program);
        var start = new ProcessStartInfo(File.Exists(path) ? path : program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} failed: {await errors}");
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
