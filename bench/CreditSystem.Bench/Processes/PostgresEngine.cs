using System.Diagnostics;
using System.Text.Json;

namespace CreditSystem.Bench.Processes;

/// <summary>The engine below the development MongoDB, asked by its own programs.</summary>
/// <param name="bin">Where they are.</param>
/// <param name="server">Their options that name it.</param>
/// <param name="database">The database that MongoDB's are in.</param>
internal sealed class PostgresEngine(string bin, string[] server, string database)
{
    /// <summary>The one that <c>engine.json</c> describes.</summary>
    public static async Task<PostgresEngine> ReadAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        using var engine = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(dataDirectory, "engine.json"), cancellationToken));
        var root = engine.RootElement;
        return new PostgresEngine(
            root.GetProperty("binDirectory").GetString()!,
            ["-h", root.GetProperty("socketDirectory").GetString()!, "-p", $"{root.GetProperty("port").GetInt32()}",
                "-U", root.GetProperty("username").GetString()!],
            root.GetProperty("database").GetString()!);
    }

    /// <returns>What the statement gives, without a heading.</returns>
    public Task<string> QueryAsync(string statement, CancellationToken cancellationToken) =>
        RunAsync("psql", ["-d", database, "-Atc", statement], cancellationToken);

    /// <summary>
    /// Has it write what earlier runs left in its buffers: what follows pgbench paid for its writes, at one connection with half of its
    /// throughput.
    /// </summary>
    public Task SettleAsync(CancellationToken cancellationToken) => QueryAsync("CHECKPOINT", cancellationToken);

    /// <summary>And has it look now through what has been inserted, as it would by itself within minutes.</summary>
    public async Task SettleInsertsAsync(CancellationToken cancellationToken)
    {
        await QueryAsync("VACUUM ANALYZE", cancellationToken);
        await SettleAsync(cancellationToken);
    }

    /// <summary>What one of its programs prints.</summary>
    public async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(bin, program);
        var start = new ProcessStartInfo(File.Exists(path) ? path : program, [.. server, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} failed: {await errors}");
    }
}
