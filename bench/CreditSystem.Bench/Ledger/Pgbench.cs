using System.Globalization;
using System.Text.RegularExpressions;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Ledger;

/// <summary>PostgreSQL's own debit-credit benchmark (TPC-B-like), on the engine that keeps the ledger, with its settings.</summary>
internal sealed partial class Pgbench
{
    private const string Database = "pgbench";

    private readonly PostgresEngine engine;
    private readonly string logDirectory;

    private Pgbench(PostgresEngine engine, string logDirectory) => (this.engine, this.logDirectory) = (engine, logDirectory);

    /// <summary>Makes its database on the engine that <c>engine.json</c> describes.</summary>
    public static async Task<Pgbench> PrepareAsync(string dataDirectory, int scale, CancellationToken cancellationToken)
    {
        var engine = await PostgresEngine.ReadAsync(dataDirectory, cancellationToken);
        await engine.QueryAsync($"CREATE DATABASE {Database}", cancellationToken);
        await engine.RunAsync("pgbench", ["-i", "-q", "-s", $"{scale}", Database], cancellationToken);
        return new Pgbench(engine, dataDirectory);
    }

    public async Task<string> SettingAsync(string name, CancellationToken cancellationToken) =>
        (await engine.QueryAsync($"SHOW {name}", cancellationToken)).Trim();

    public Task SettleAsync(CancellationToken cancellationToken) => engine.SettleAsync(cancellationToken);

    public async Task<Measurement> MeasureAsync(int clients, double seconds, CancellationToken cancellationToken)
    {
        var log = Path.Combine(logDirectory, $"pgbench-{Guid.NewGuid():N}");
        var output = await engine.RunAsync("pgbench",
        [
            "-M", "prepared", "-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}", "-T", $"{Math.Max((int)seconds, 1)}",
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

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
