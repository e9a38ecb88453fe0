using System.CommandLine;
using System.Text.Json;

namespace CreditSystem.Bench.Chaos;

/// <summary><c>chaos</c>: a bank under kill −9 of everything; exits with 1 where anything acknowledged is lost or doubled.</summary>
internal static class ChaosCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the result" };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to kill", DefaultValueFactory = _ => 300 };
    private static readonly Option<int> Clients = new("--clients") { Description = "How many clients transfer at once", DefaultValueFactory = _ => 16 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Chooses victims and transfers", DefaultValueFactory = _ => Random.Shared.Next() };

    public static Command Create()
    {
        var command = new Command("chaos", "Transfer among accounts while API, database and Redis are killed, and count what was lost or doubled") { Json, Seconds, Clients, Seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Console.Error.WriteLine($"seed {parsed.GetValue(Seed)}");
            var result = await ChaosRun.RunAsync(parsed.GetValue(Seconds), parsed.GetValue(Clients), parsed.GetValue(Seed), Console.Error.WriteLine, cancellationToken);
            var text = JsonSerializer.Serialize(result, ChaosResult.Json);
            Console.WriteLine(text);
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
            return result.Passed ? 0 : 1;
        });
        return command;
    }
}

/// <param name="Acknowledged">Transfers that a client was told have happened.</param>
/// <param name="Lost">Those that are not in the journal.</param>
/// <param name="Doubled">Transfers that are in it more than once, or that no client asked for.</param>
/// <param name="Kills">How often each server was killed.</param>
/// <param name="InvariantChecks">How often the invariants were read during the run.</param>
internal sealed record ChaosResult(
    int Acknowledged, int Lost, int Doubled, bool ChainOk, bool InvariantsOk, bool BalancesOk, int Refused, int Retries, int InvariantChecks, Dictionary<string, int> Kills, int Seed)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal bool Passed => Acknowledged > 0 && Lost == 0 && Doubled == 0 && ChainOk && InvariantsOk && BalancesOk;
}
