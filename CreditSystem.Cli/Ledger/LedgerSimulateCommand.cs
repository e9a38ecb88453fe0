using System.Diagnostics;
using CreditSystem.Ledger.Simulation;

namespace CreditSystem.Cli.Ledger;

/// <summary><c>ledger simulate</c>: needs no server, no secret and no configuration.</summary>
internal static class LedgerSimulateCommand
{
    private static readonly Option<int> Runs =
        new("--runs") { Description = "How many runs, each from its own seed", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Seed =
        new("--seed") { Description = "The seed of the first run; with --runs 1 that run again", DefaultValueFactory = _ => 1 };

    internal sealed record Report(int Runs, int FirstSeed, int Violations, long Commands, long Blocks, double Seconds);

    internal static Command Create()
    {
        var command = new Command(
            "simulate", "Play the path of a commit with crashes, losses and wrong clocks, one run per seed; exit with 1 where something "
                + "does not hold") { Runs, Seed };
        command.SetAction((parsed, token) => Task.FromResult(Simulate(parsed, token)));
        return command;
    }

    private static int Simulate(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (runs, first, output) = (parsed.GetValue(Runs), parsed.GetValue(Seed), parsed.InvocationConfiguration.Output);
        var (violations, commands, blocks, done, started) = (0, 0L, 0L, 0, Stopwatch.GetTimestamp());
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, runs, parallel, (i, loop) =>
        {
            if (cancellationToken.IsCancellationRequested)
                loop.Stop();
            var result = SimulationRun.Run(unchecked(first + i));
            Interlocked.Add(ref commands, result.Commands);
            Interlocked.Add(ref blocks, result.Blocks);
            var finished = Interlocked.Increment(ref done);
            lock (output)
            {
                if (result.Violation is { } violation)
                {
                    violations++;
                    output.WriteLine($"seed {result.Seed}: {violation}");
                }
                if (runs == 1)
                    output.WriteLine($"seed {result.Seed}: {result.Commands} commands, {result.Blocks} blocks, {result.Steps} steps, "
                        + $"last block {result.Digest}");
                else if (finished % 100_000 == 0 && !parsed.GetValue(CommandOutput.Json))
                    output.WriteLine($"{finished} runs, {violations} violations");
            }
        });
        var report = new Report(done, first, violations, commands, blocks, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));
        parsed.Write(report, text => text.WriteLine(
            $"{report.Runs} runs from seed {report.FirstSeed}: {report.Commands} commands in {report.Blocks} blocks, "
            + $"{report.Violations} violations, {report.Seconds} s"));
        return violations == 0 && done == runs ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }
}
