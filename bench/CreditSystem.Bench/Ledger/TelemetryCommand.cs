using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Ledger;

/// <summary><c>telemetry</c>: single transfers through a replica with metrics and one without any telemetry, on one ledger, in turns.</summary>
internal static class TelemetryCommand
{
    private const int Connections = 32;
    private const int Accounts = 10_000;

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The length of each run", DefaultValueFactory = _ => 6 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often both are measured, in turns; the median of the rounds' ratios counts", DefaultValueFactory = _ => 7 };

    public static Command Create()
    {
        var command = new Command("telemetry", "What telemetry costs a single transfer") { Json, Seconds, Rounds };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var ratios = await MeasureAsync(parsed.GetValue(Seconds), parsed.GetValue(Rounds), cancellationToken);
            var cost = 1 - ratios.Order().ElementAt(ratios.Count / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Telemetry costs {cost:P1} of the single transfers at {Connections} connections (rounds: {string.Join(", ", ratios.Select(ratio => (1 - ratio).ToString("P1", CultureInfo.InvariantCulture)))})."));
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(new { overhead = cost, rounds = ratios.Select(ratio => 1 - ratio) }), cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>With telemetry to without, round by round.</summary>
    private static async Task<List<double>> MeasureAsync(double seconds, int rounds, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([[], new() { ["Telemetry__Enabled"] = "false" }], cancellationToken);
        var loads = bed.Replicas.Select(replica => new LoadGenerator(replica.Address, bed.Token)).ToList();
        // The same keys, so the same accounts.
        foreach (var load in loads)
            await load.GrowAsync(Accounts, cancellationToken);
        foreach (var load in loads)
            await load.TransfersAsync("warm-up", Connections, seconds * 3, hot: false, cancellationToken);

        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var rates = new double[2];
            // Who is first changes, so that neither always has the warmer machine.
            foreach (var replica in round % 2 == 0 ? [0, 1] : new[] { 1, 0 })
            {
                // To learn what the other one has committed is not part of it.
                await loads[replica].TransfersAsync("catching up", Connections, 2, hot: false, cancellationToken);
                rates[replica] = (await loads[replica].TransfersAsync("single", Connections, seconds, hot: false, cancellationToken)).Rate;
            }

            ratios.Add(rates[0] / rates[1]);
        }

        return ratios;
    }
}
