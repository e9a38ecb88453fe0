using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Ledger;

/// <summary><c>telemetry</c>: single transfers through replicas with more and less telemetry and one without any, on one ledger, in turns.</summary>
internal static class TelemetryCommand
{
    private const int Connections = 32;
    private const int Accounts = 10_000;

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The length of each run", DefaultValueFactory = _ => 6 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often all are measured, in turns; the median of the rounds' ratios counts", DefaultValueFactory = _ => 7 };
    private static readonly Option<bool> Traces = new("--traces") { Description = "Also measure with spans that are exported by OTLP: all of them, and those of one trace in twenty" };

    public static Command Create()
    {
        var command = new Command("telemetry", "What telemetry costs a single transfer") { Json, Seconds, Rounds, Traces };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var costs = await MeasureAsync(parsed.GetValue(Seconds), parsed.GetValue(Rounds), parsed.GetValue(Traces), cancellationToken);
            foreach (var cost in costs)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost.Name}: {cost.Median:P1} of the single transfers at {Connections} connections (rounds: {string.Join(", ", cost.Rounds.Select(round => round.ToString("P1", CultureInfo.InvariantCulture)))})."));
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(costs.Select(cost => new { name = cost.Name, overhead = cost.Median, rounds = cost.Rounds })), cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task<List<Cost>> MeasureAsync(double seconds, int rounds, bool withTraces, CancellationToken cancellationToken)
    {
        await using var sink = await SpanSink.StartAsync(cancellationToken);
        var variants = Variants(sink, withTraces);
        await using var bed = await TestBed.StartAsync([.. variants.Select(variant => variant.Settings)], cancellationToken);
        var loads = bed.Replicas.Select(replica => new LoadGenerator(replica.Address, bed.Token)).ToList();
        // The same keys, so the same accounts.
        foreach (var load in loads)
            await load.GrowAsync(Accounts, cancellationToken);
        foreach (var load in loads)
            await load.TransfersAsync("warm-up", Connections, seconds * 3, hot: false, cancellationToken);

        var costs = variants.Skip(1).Select(variant => new Cost(variant.Name, [])).ToList();
        for (var round = 0; round < rounds; round++)
        {
            var rates = new double[loads.Count];
            // Who is first changes, so that none always has the warmer machine.
            foreach (var replica in Enumerable.Range(0, loads.Count).Select(place => (place + round) % loads.Count))
            {
                // To learn what the other ones have committed is not part of it.
                await loads[replica].TransfersAsync("catching up", Connections, 2, hot: false, cancellationToken);
                var before = sink.Bytes;
                rates[replica] = (await loads[replica].TransfersAsync("single", Connections, seconds, hot: false, cancellationToken)).Rate;
                await EnsureExportedAsync(variants[replica], sink, before, cancellationToken);
            }

            for (var replica = 1; replica < loads.Count; replica++)
                costs[replica - 1].Rounds.Add(1 - (rates[replica] / rates[0]));
        }

        return costs;
    }

    /// <summary>The first is what the others are compared with.</summary>
    private static List<Variant> Variants(SpanSink sink, bool withTraces)
    {
        List<Variant> variants = [new("no telemetry", new() { ["Telemetry__Enabled"] = "false" }), new("metrics", [])];
        if (withTraces)
        {
            Dictionary<string, string> export = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" };
            variants.Add(new("metrics and all spans", export, HasSpans: true));
            variants.Add(new("metrics and the spans of 5 % of the traces", new(export) { ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio", ["OTEL_TRACES_SAMPLER_ARG"] = "0.05" }, HasSpans: true));
        }

        return variants;
    }

    /// <summary>A replica that exports nothing would be measured as one that does.</summary>
    private static async Task EnsureExportedAsync(Variant variant, SpanSink sink, long before, CancellationToken cancellationToken)
    {
        // Batches are sent every five seconds at the latest.
        for (var attempt = 0; variant.HasSpans && sink.Bytes == before; attempt++)
        {
            if (attempt == 100)
                throw new InvalidOperationException($"'{variant.Name}' has exported no span.");
            await Task.Delay(100, cancellationToken);
        }
    }

    private sealed record Variant(string Name, Dictionary<string, string> Settings, bool HasSpans = false);

    private sealed record Cost(string Name, List<double> Rounds)
    {
        public double Median => Rounds.Order().ElementAt(Rounds.Count / 2);
    }
}
