using System.CommandLine;

namespace CreditSystem.Bench.Growth;

/// <summary><c>growth</c>: the same load on a short and on a long log, and what the long one costs.</summary>
internal static class GrowthCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The length of each run", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often each load is measured at a length; the median counts", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Accounts = new("--accounts") { Description = "Accounts, evenly used", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int[]> Transfers = new("--transfers")
    {
        Description = "The lengths of the log at which it is measured, rising",
        DefaultValueFactory = _ => [100_000, 1_000_000, 10_000_000],
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        var command = new Command("growth", "Measure throughput, past balances, memory and recovery as the log grows")
        {
            Json, Seconds, Rounds, Accounts, Transfers,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = new GrowthPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Rounds), parsed.GetValue(Accounts), [.. parsed.GetValue(Transfers)!.Order()]);
            var report = await GrowthRun.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}

internal sealed record GrowthPlan(double Seconds, int Rounds, int Accounts, int[] Transfers);
