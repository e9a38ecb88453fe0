using System.CommandLine;

namespace CreditSystem.Bench.Replicas;

/// <summary><c>replicas</c>: what one, two and three replicas do, and how long a partition is away when its owner is killed.</summary>
internal static class ReplicasCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "The length of each run",
        DefaultValueFactory = _ => 6,
    };

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "How often all numbers of replicas are measured, in turns; the median counts",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<int> Kills = new("--kills")
    {
        Description = "How often a replica of three is killed under load",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<bool> Racing = new("--racing") { Description = "Also without owners, as two replicas race for each block" };

    public static Command Create()
    {
        var command = new Command("replicas", "Measure one, two and three replicas of the API, and kills among three")
        {
            Json, Seconds, Rounds, Kills, Racing,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = new ReplicasPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Rounds), parsed.GetValue(Kills), parsed.GetValue(Racing));
            var report = await ReplicasBenchmark.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}

internal sealed record ReplicasPlan(double Seconds, int Rounds, int Kills, bool Racing)
{
    /// <summary>Connections of single transfers, and of batches.</summary>
    public const int Connections = 48;

    public const int BatchConnections = 8;

    public const int BatchSize = 100;

    public const int Accounts = 1000;
}
