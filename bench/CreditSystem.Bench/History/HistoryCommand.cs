using System.CommandLine;

namespace CreditSystem.Bench.History;

/// <summary><c>history</c>: pages, statements and past balances, and what reading them costs other tenants.</summary>
internal static class HistoryCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "The length of each run",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<int> Entries = new("--entries")
    {
        Description = "Entries of the account that is in every transfer, and of the one that is in one of ten",
        DefaultValueFactory = _ => 20_000,
    };

    private static readonly Option<int> Singles = new("--singles")
    {
        Description = "Transfers that are made one by one",
        DefaultValueFactory = _ => 5_000,
    };

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "How often other tenants' transfers are measured without and with readers, in turns; the median counts",
        DefaultValueFactory = _ => 3,
    };

    public static Command Create()
    {
        var command = new Command("history", "Read the history of accounts that are in many, some and few transfers of blocks of 1,000")
        {
            Json, Seconds, Entries, Singles, Rounds,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = new HistoryPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Entries), parsed.GetValue(Singles), parsed.GetValue(Rounds));
            var report = await HistoryBenchmark.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}

internal sealed record HistoryPlan(double Seconds, int Entries, int Singles, int Rounds)
{
    /// <summary>Readers at once.</summary>
    public const int Readers = 8;

    /// <summary>Transfers in a block that a batch makes.</summary>
    public const int BatchSize = 1000;

    /// <summary>Accounts that share the batches: each has about two entries in a block.</summary>
    public const int SparseAccounts = 1000;

    public const int SingleAccounts = 20;
}
