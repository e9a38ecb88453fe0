using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace CreditSystem.Bench.Chaos;

/// <summary><c>chaos</c>: a bank under kill −9 of everything; exits with 1 where anything acknowledged is lost or doubled.</summary>
internal static class ChaosCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the result" };

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long to kill",
        DefaultValueFactory = _ => 300,
    };

    private static readonly Option<int> Clients = new("--clients")
    {
        Description = "How many clients transfer at once",
        DefaultValueFactory = _ => 16,
    };

    private static readonly Option<int> Replicas = new("--replicas")
    {
        Description = "How many replicas of the API share the logs out",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<string[]> Victims = new("--victims")
    {
        Description = "What is done: api, database, redis (kill -9), pause (stopped until the others take it for dead), cut (the network "
            + "between one replica and the others; Linux only), owner (kill -9 of the one that owns the clients' log); NAME=SECONDS does "
            + "it so often, NAME alone by turns with the others",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["api", "pause", "database", "redis"],
    };

    private static readonly Option<double> Interval = new("--interval-seconds")
    {
        Description = "The least time between two failures of those that come by turns; the longest is twice that",
        DefaultValueFactory = _ => 2,
    };

    private static readonly Option<double> Pause = new("--pause-seconds")
    {
        Description = "How long a replica is stopped (SIGSTOP)",
        DefaultValueFactory = _ => 6,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Chooses victims and transfers",
        DefaultValueFactory = _ => Random.Shared.Next(),
    };

    public static Command Create()
    {
        Victims.Validators.Add(given =>
        {
            foreach (var token in given.Tokens.Where(token => !IsVictim(token.Value)))
                given.AddError($"'{token.Value}' is none of {string.Join(", ", Killer.All)}, or no NAME=SECONDS.");
        });
        var command = new Command(
            "chaos", "Transfer among accounts while API, database, Redis and network fail, and count what was lost or doubled")
        {
            Json, Seconds, Clients, Replicas, Victims, Interval, Pause, Seed,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Victim[] victims = [.. parsed.GetValue(Victims)!.Select(Victim.Parse)];
            if (victims.Any(victim => victim.Name == Killer.Cut) && !OwnNetwork.IsHere)
                return await OwnNetwork.RunAgainAsync(cancellationToken);
            var plan = new ChaosPlan(
                parsed.GetValue(Seconds), parsed.GetValue(Clients), parsed.GetValue(Replicas), victims,
                TimeSpan.FromSeconds(parsed.GetValue(Interval)), TimeSpan.FromSeconds(parsed.GetValue(Pause)), parsed.GetValue(Seed));
            Console.Error.WriteLine($"seed {plan.Seed}");
            var result = await ChaosRun.RunAsync(plan, Console.Error.WriteLine, cancellationToken);
            var text = JsonSerializer.Serialize(result, ChaosResult.Json);
            Console.WriteLine(text);
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
            return result.Passed ? 0 : 1;
        });
        return command;
    }

    private static bool IsVictim(string text) => text.Split('=') switch
    {
        [var name] => Killer.All.Contains(name),
        [var name, var seconds] => Killer.All.Contains(name)
            && double.TryParse(seconds, CultureInfo.InvariantCulture, out var every) && every > 0,
        _ => false,
    };
}

/// <param name="Interval">The least time between two failures that come by turns.</param>
/// <param name="Pause">How long a replica is stopped.</param>
internal sealed record ChaosPlan(
    int Seconds, int Clients, int Replicas, Victim[] Victims, TimeSpan Interval, TimeSpan Pause, int Seed);

/// <param name="Acknowledged">Transfers that a client was told have happened.</param>
/// <param name="Lost">Those that are not in the journal.</param>
/// <param name="Doubled">Transfers that are in it more than once, or that no client asked for.</param>
/// <param name="TakeoverWorstSeconds">The worst of <paramref name="TakeoverSeconds"/>.</param>
/// <param name="TakeoverSeconds">For each kill, the longest that a transfer took, with its retries, that began after it.</param>
/// <param name="EndedWith">The exit codes of replicas that were not killed, as after a pause.</param>
/// <param name="Settled">At the end every log has one owner, and all replicas are members.</param>
/// <param name="Kills">How often each server was killed.</param>
/// <param name="InvariantChecks">How often the invariants were read during the run.</param>
internal sealed record ChaosResult(
    int Acknowledged, int Lost, int Doubled, bool ChainOk, bool InvariantsOk, bool BalancesOk, int Refused, int Retries,
    double? TakeoverWorstSeconds, List<double> TakeoverSeconds, IReadOnlyCollection<int> EndedWith, bool Settled, int InvariantChecks,
    Dictionary<string, int> Kills, int Seed)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal bool Passed => Settled && Acknowledged > 0 && Lost == 0 && Doubled == 0 && ChainOk && InvariantsOk && BalancesOk;
}
