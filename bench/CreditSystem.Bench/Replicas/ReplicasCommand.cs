using System.CommandLine;

namespace CreditSystem.Bench.Replicas;

/// <summary><c>replicas</c>: what one, two and three replicas do, and how long a partition is away when its owner is killed.</summary>
internal static class ReplicasCommand
{
    private static readonly Dictionary<string, Setup> Setups = new()
    {
        ["none"] = Setup.Alone,
        ["1"] = Setup.One,
        ["2"] = Setup.Two,
        ["3"] = Setup.Three,
        ["racing"] = Setup.Racing,
    };

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "The length of each run",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "How often all setups are measured, in turns; the median counts",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<int> WarmUp = new("--warm-up")
    {
        Description = "How often each setup works, and compiles then, before it is measured",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<int> Kills = new("--kills")
    {
        Description = "How often a replica of three is killed under load",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<double?> Cores = new("--cores")
    {
        Description = "How much of a processor each replica may take (needs root); by default as much as there is",
    };

    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "What is measured: none (one without a cluster), 1, 2, 3, racing (two without owners)",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["none", "1", "2", "3"],
    };

    private static readonly Option<string[]> Changes = new("--change")
    {
        Description = "NAME=VALUE: all setups are measured a second time with this environment variable",
        AllowMultipleArgumentsPerToken = true,
    };

    public static Command Create()
    {
        Only.AcceptOnlyFromAmong([.. Setups.Keys, "kills"]);
        var command = new Command("replicas", "Measure one, two and three replicas of the API, and kills among three")
        {
            Json, Seconds, Rounds, WarmUp, Kills, Cores, Only, Changes,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Setup[] setups = [.. parsed.GetValue(Only)!.Where(Setups.ContainsKey).Select(name => Setups[name])];
            var changes = (parsed.GetValue(Changes) ?? []).Select(change => change.Split('=', 2))
                .ToDictionary(change => change[0], change => change[1]);
            if (changes.Count > 0)
                setups = [.. setups, .. setups.Select(setup => setup with { IsChanged = true })];
            var plan = new ReplicasPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Rounds), parsed.GetValue(WarmUp), parsed.GetValue(Kills),
                parsed.GetValue(Cores), setups, changes);
            var report = await ReplicasBenchmark.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            Console.WriteLine(report.ToMarkdown());
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        });
        return command;
    }
}
