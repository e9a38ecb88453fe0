using System.CommandLine;

namespace CreditSystem.Bench.Lists;

/// <summary><c>lists</c>: pages of accounts, transfers, holds and grants, with and without filters, as the log grows.</summary>
internal static class ListsCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "The length of each run",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> Accounts = new("--accounts")
    {
        Description = "Accounts, evenly used",
        DefaultValueFactory = _ => 10_000,
    };

    private static readonly Option<int> Readers = new("--readers")
    {
        Description = "Readers at once, each of which asks as soon as it is answered",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<int> Holds = new("--holds")
    {
        Description = "Holds, and as many grants, of which all but one of a thousand have ended",
        DefaultValueFactory = _ => 20_000,
    };

    private static readonly Option<int[]> Transfers = new("--transfers")
    {
        Description = "The lengths of the log at which it is measured, rising",
        DefaultValueFactory = _ => [100_000, 1_000_000, 10_000_000],
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        var command = new Command("lists", "Measure pages of every list, with and without filters, as the log grows")
        {
            Json, Seconds, Accounts, Readers, Holds, Transfers,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = new ListsPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Accounts), parsed.GetValue(Readers), parsed.GetValue(Holds),
                [.. parsed.GetValue(Transfers)!.Order()]);
            var report = await ListsBenchmark.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}

internal sealed record ListsPlan(double Seconds, int Accounts, int Readers, int Holds, int[] Transfers)
{
    /// <summary>Transfers that have a reference and a value of an indexed key, made one by one at each length.</summary>
    public const int Named = 1000;

    /// <summary>How many of these share a value.</summary>
    public const int PerValue = 10;
}
