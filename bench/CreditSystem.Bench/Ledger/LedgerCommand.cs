using System.CommandLine;

namespace CreditSystem.Bench.Ledger;

/// <summary><c>ledger</c>: the API against pgbench on the same engine, interleaved.</summary>
internal static class LedgerCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };
    private static readonly Option<double> Seconds = new("--seconds") { Description = "The length of each run", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "How often all runs are repeated, interleaved; the median counts", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Accounts = new("--accounts") { Description = "Accounts of the uniform loads", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> Scale = new("--scale") { Description = "pgbench's scale", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> LogTransfers = new("--log-transfers") { Description = "The length of the log whose recovery is timed; 0 leaves that out", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> MaxAccounts = new("--max-accounts") { Description = "How far throughput is followed as accounts grow; 0 leaves that out", DefaultValueFactory = _ => 1_000_000 };

    private static readonly Option<string> Only = new("--only") { Description = "Leaves out the loads without this in their names", DefaultValueFactory = _ => "" };

    private static readonly Option<DirectoryInfo?> Against = new("--against") { Description = "The folder of another build of the API (its bin folder), whose transfers and batches are measured in turns with ours" };

    private static readonly Option<DirectoryInfo?> Api = new("--api") { Description = "The folder of a published API to measure; by default it is the one built with the bench" };

    public static Command Create()
    {
        var command = new Command("ledger", "Compare the ledger over HTTP with pgbench TPC-B-like on the same PostgreSQL engine") { Json, Seconds, Rounds, Accounts, Scale, LogTransfers, MaxAccounts, Only, Api, Against };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = new LedgerPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Rounds), parsed.GetValue(Accounts), parsed.GetValue(Scale), parsed.GetValue(LogTransfers), parsed.GetValue(MaxAccounts),
                parsed.GetValue(Only)!, parsed.GetValue(Api)?.FullName, parsed.GetValue(Against)?.FullName);
            var report = await LedgerBenchmark.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}

internal sealed record LedgerPlan(double Seconds, int Rounds, int Accounts, int Scale, int LogTransfers, int MaxAccounts, string Only, string? Api, string? Against)
{
    public static readonly int[] Connections = [1, 8, 32, 64];
    public static readonly int[] BatchSizes = [100, 1000];
}
