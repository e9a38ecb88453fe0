using System.Diagnostics;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>
/// Has one thing fail after the other and come back: kills a server, as a power cut does, pauses a replica of the API until the others
/// take it for dead, or cuts one off from the others, which it sees no more while all reach the database.
/// </summary>
internal sealed class Killer(
    TestBed bed, ChaosPlan plan, Restarter restarter, OwnerLookup owners, Takeovers takeovers, Action<string> progress)
{
    public const string Cut = "cut";

    public static readonly string[] All = ["api", "owner", "database", "redis", "pause", Cut];

    private static readonly TimeSpan LongestCut = TimeSpan.FromSeconds(6);

    private readonly Random random = new(plan.Seed);
    private readonly HashSet<int> suspended = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private int lastSuspended = -1;

    public Dictionary<string, int> Kills { get; } = plan.Victims.ToDictionary(victim => victim.Name, _ => 0);

    /// <summary>Whether a replica is paused or cut off: a Service would send it nothing.</summary>
    public bool IsSuspended(int replica)
    {
        lock (suspended)
            return suspended.Contains(replica);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        var timetable = new Timetable(plan.Victims, plan.Interval, random);
        var running = new List<Task>();
        while (!stopping.IsCancellationRequested || timetable.HasFirst)
        {
            var (victim, at, isCertain) = timetable.Next(clock.Elapsed);
            var wait = at > clock.Elapsed ? at - clock.Elapsed : TimeSpan.Zero;
            await Task.Delay(wait, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
            if (stopping.IsCancellationRequested && !isCertain)
                continue;
            Kills[victim.Name]++;
            var failing = FailAsync(victim.Name);
            // Those with a period may fall into each other.
            if (victim.Every is null)
                await failing;
            else
                running.Add(failing);
        }
        await Task.WhenAll(running);
    }

    private async Task FailAsync(string victim)
    {
        if (victim is "api" or "owner")
        {
            var (replica, isOwner) = victim == "owner" ? (await OwnerAsync(), true) : (Choose(), false);
            takeovers.OnKilled();
            progress($"{clock.Elapsed.TotalSeconds:F0} s: kill -9 replica {replica + 1}{(isOwner ? ", the owner" : "")}");
            await bed.Replicas[replica].Process.KillAsync();
            return;
        }
        takeovers.OnOtherFailure();
        await (victim switch
        {
            "pause" => SuspendAsync("pause", plan.Pause, PauseAsync),
            Cut => SuspendAsync("cut off", plan.Pause < LongestCut ? plan.Pause : LongestCut, CutAsync),
            _ => KillServerAsync(victim == "database" ? bed.Mongo : bed.Redis),
        });
    }

    private async Task KillServerAsync(ServerProcess server)
    {
        progress($"{clock.Elapsed.TotalSeconds:F0} s: kill -9 {server.Name}");
        await server.KillAsync();
        await Task.Delay(random.Next(100, 1500), CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
    }

    private async Task SuspendAsync(string what, TimeSpan time, Func<int, TimeSpan, Task> suspend)
    {
        // Not the same again: one that was declared dead is about to end.
        var replica = Choose(except: lastSuspended);
        lastSuspended = replica;
        lock (suspended)
            suspended.Add(replica);
        progress($"{clock.Elapsed.TotalSeconds:F0} s: {what} replica {replica + 1} for {time.TotalSeconds:F0} s");
        await suspend(replica, time);
        takeovers.OnOtherFailure();
        lock (suspended)
            suspended.Remove(replica);
    }

    private Task PauseAsync(int replica, TimeSpan time) => bed.Replicas[replica].Process.PauseAsync(time);

    /// <summary>Cut off, a replica may be taken for dead by the others, or take them for dead: who ends starts again.</summary>
    private static async Task CutAsync(int replica, TimeSpan time)
    {
        await OwnNetwork.CutAsync(OwnNetwork.AddressOf(replica));
        await Task.Delay(time);
        await OwnNetwork.JoinAsync(OwnNetwork.AddressOf(replica));
    }

    /// <summary>One of those that work, or any where none does.</summary>
    private int Choose(int except = -1) => Working().Where(replica => replica != except).ToArray() is { Length: > 0 } working
        ? working[random.Next(working.Length)]
        : random.Next(bed.Replicas.Count);

    private async Task<int> OwnerAsync() => await owners.OwnerAsync(Working()) ?? Choose();

    private int[] Working() =>
        [.. Enumerable.Range(0, bed.Replicas.Count).Where(replica => restarter.IsUp(replica) && !IsSuspended(replica))];
}
