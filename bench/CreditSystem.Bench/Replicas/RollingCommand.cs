using System.CommandLine;
using System.Text.Json;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Replicas;

/// <summary><c>rolling</c>: replaces two replicas one by one under load, as Kubernetes does; exits with 1 where a request fails.</summary>
internal static class RollingCommand
{
    private const int Replicas = 2;

    // Kubernetes takes one out of the Service while its preStop hook waits, and asks it to end then.
    private static readonly TimeSpan Hook = TimeSpan.FromSeconds(1);

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "How long it works undisturbed, before and between",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<int> Clients = new("--clients")
    {
        Description = "How many clients transfer at once",
        DefaultValueFactory = _ => 8,
    };

    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the result" };

    public static Command Create()
    {
        var command = new Command("rolling", "Replace two replicas one by one under load, and count the requests that fail")
        {
            Json, Seconds, Clients,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var result = await RunAsync(
                TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Clients), Console.Error.WriteLine, cancellationToken);
            var text = JsonSerializer.Serialize(result, Snake);
            Console.WriteLine(text);
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
            return result is { Answered: > 0, Failed: 0 } ? 0 : 1;
        });
        return command;
    }

    private static async Task<RollingResult> RunAsync(
        TimeSpan pause, int clients, Action<string> progress, CancellationToken cancellationToken)
    {
        await using var bed = await TestBed.StartAsync([], cancellationToken);
        var live = new List<(ServerProcess Process, Uri Address)>();
        using var load = new RollingLoad(bed.Token);
        try
        {
            live.AddRange(await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => StartAsync(bed, cancellationToken))));
            load.Through([.. live.Select(replica => replica.Address)]);
            await load.OpenAsync(cancellationToken);
            await load.StartAsync(clients, pause, progress, cancellationToken);
            load.BeginUpdate();
            for (var i = 0; i < Replicas; i++)
            {
                live.Add(await StartAsync(bed, cancellationToken));
                progress($"replica {Replicas + i + 1} is ready; replica {i + 1} is asked to end");
                var (old, _) = live[0];
                live.RemoveAt(0);
                load.Through([.. live.Select(replica => replica.Address)]);
                await Task.Delay(Hook, cancellationToken);
                await old.DisposeAsync();
                await Task.Delay(pause, cancellationToken);
            }
            return await load.StopAsync();
        }
        finally
        {
            foreach (var (process, _) in live)
                await process.DisposeAsync();
        }
    }

    private static async Task<(ServerProcess, Uri)> StartAsync(TestBed bed, CancellationToken cancellationToken)
    {
        var replica = bed.CreateReplica([], TestBed.Clustered);
        await replica.Process.StartAsync(cancellationToken);
        return replica;
    }
}

/// <param name="Answered">Transfers that have happened.</param>
/// <param name="Failed">Requests with any other answer, or none.</param>
/// <param name="P99Milliseconds">Of those before the update.</param>
/// <param name="UpdateP99Milliseconds">Of those from its beginning to its end.</param>
internal sealed record RollingResult(int Answered, int Failed, double P99Milliseconds, double UpdateP99Milliseconds, string? FirstFailure);
