using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Simulation;

/// <summary>
/// The whole path of a commit in one thread and out of one seed: two replicas with their loops, checkpoints, rebuilds and sweeps,
/// clients that retry, a storage that loses and repeats, crashes and wrong clocks. Only <see cref="Log.IBlockStore"/>,
/// <see cref="Projection.IProjectionStore"/>, <see cref="TimeProvider"/> and the scheduler are simulated.
/// </summary>
public sealed class SimulationRun
{
    private const int Clients = 3;
    private const int CommandsPerClient = 12;
    private const long LongestMilliseconds = 10 * 60_000;
    private const long MostSteps = 200_000;

    private readonly int seed;
    private readonly SimulationScheduler scheduler;
    private readonly SimulatedNetwork network;
    private readonly SimulatedStorage storage;
    private readonly SimulatedWorkload workload;
    private readonly LedgerOptions options;
    private readonly SimulatedReplica[] replicas;
    private readonly List<(Command Command, LedgerRecord Outcome)> acknowledged = [];
    private bool isChaosOver;

    private SimulationRun(int seed)
    {
        this.seed = seed;
        scheduler = new SimulationScheduler(seed);
        // Now and then a recovery takes longer than a commit may.
        network = new SimulatedNetwork(scheduler)
        {
            FaultPercent = scheduler.Random.Next(0, 12),
            PageDelay = scheduler.Chance(15) ? 900 : 0,
        };
        options = SimulatedOptions.Create(scheduler);
        var rules = scheduler.Chance(80) ? RulesVersion.Newest : RulesVersion.First;
        storage = new SimulatedStorage(scheduler, network, options.MaxBlockBytes / 8 * 15, rules);
        workload = new SimulatedWorkload(scheduler, seed, rules);
        replicas = [.. Enumerable.Range(0, 2).Select(_ => Create())];
    }

    public static SimulationResult Run(int seed)
    {
        var run = new SimulationRun(seed);
        string? violation;
        try
        {
            violation = run.Play();
        }
        catch (SimulationViolationException exception)
        {
            violation = exception.Message;
        }
        catch (Exception exception)
        {
            violation = $"unexpected {exception.GetType().Name}: {exception.Message}";
        }
        var blocks = run.storage.Blocks;
        return new SimulationResult(
            seed, violation, blocks.Count == 0 ? "" : Convert.ToHexStringLower(blocks[^1].Hash.AsSpan(0, 8)), blocks.Count,
            run.acknowledged.Count, run.scheduler.Steps);
    }

    private string? Play()
    {
        var chaos = new SimulatedActor(scheduler).Start(MakeTroubleAsync);
        Finish([.. Enumerable.Range(0, Clients).Select(_ => Start(WorkAsync)), chaos],
            "a command has no outcome although the storage answers again");
        network.FaultPercent = 0;
        var check = new SimulationChecks(storage, acknowledged, new SimulatedTime(scheduler, new SimulatedActor(scheduler)));
        check.Answers();
        foreach (var replica in replicas)
            Finish([Start(time => check.ReplicaAsync(replica.Partition))], "a replica does not answer");
        // A replica that starts now, from what was checkpointed, knows every account and every key; whatever has become of it.
        new SimulatedTrouble(scheduler, storage, replicas, Create).DamagePages();
        var last = Create();
        Finish([Start(time => check.ReplicaAsync(last.Partition)), Start(time => check.RetriesAsync(last.Partition, scheduler.Random))],
            "a new replica does not answer");
        check.Answers();
        return null;
    }

    private SimulatedReplica Create() => new(scheduler, storage, options);

    private Task Start(Func<SimulatedTime, Task> operation)
    {
        var actor = new SimulatedActor(scheduler);
        return actor.Start(() => operation(new SimulatedTime(scheduler, actor)));
    }

    private void Finish(Task[] tasks, string otherwise)
    {
        var (until, steps) = (scheduler.Now + LongestMilliseconds, scheduler.Steps + MostSteps);
        while (!Array.TrueForAll(tasks, task => task.IsCompleted))
        {
            if (Array.Find(tasks, task => task.IsFaulted) is { } failed)
                failed.GetAwaiter().GetResult();
            if (!scheduler.Step() || scheduler.Now > until || scheduler.Steps > steps)
                throw new SimulationViolationException($"{otherwise}: {string.Join(", ", replicas.Select(replica => replica.Describe()))}");
            if (Array.Find(replicas, replica => replica.IsAlive && replica.Loop.IsCompleted) is { } ended)
                throw new SimulationViolationException($"the loop of a replica has ended: {ended.Loop.Exception?.GetBaseException()}");
        }
        foreach (var task in tasks)
            task.GetAwaiter().GetResult();
    }

    private async Task MakeTroubleAsync()
    {
        await new SimulatedTrouble(scheduler, storage, replicas, Create).MakeAsync();
        (isChaosOver, network.FaultPercent) = (true, network.FaultPercent / 2);
    }

    private async Task WorkAsync(SimulatedTime time)
    {
        for (var i = 0; i < CommandsPerClient; i++)
        {
            // Now and then several large ones at once, which together are more than a block may hold.
            await Task.WhenAll((scheduler.Chance(4) ? workload.Burst() : [workload.Next()]).Select(command => ExecuteAsync(time, command)));
            if (acknowledged.Count > 0 && scheduler.Chance(30))
                await RetryOneAsync(time);
            if (scheduler.Chance(30))
                await UntilAnsweredAsync(time, replica => SimulationChecks.ReadAsync(replica.Partition, storage, acknowledged));
            if (scheduler.Chance(50))
                await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 800)), time);
        }
    }

    private async Task ExecuteAsync(SimulatedTime time, Command command)
    {
        if (SimulatedWorkload.CannotBeDecided(command))
            await UntilAnsweredAsync(time, replica => FailAsync(replica, command));
        else if (await UntilAnsweredAsync(time, async replica => (await replica.Partition.SubmitAsync([command]))[0].Record) is
        { IsKept: true } outcome)
            acknowledged.Add((command, outcome));
    }

    // It fails for good, and takes no other along: theirs would be an unexpected exception.
    private static async Task<bool> FailAsync(SimulatedReplica replica, Command command)
    {
        try
        {
            await replica.Partition.SubmitAsync([command]);
        }
        catch (CommandFailedException)
        {
            return true;
        }
        throw new SimulationViolationException($"{command.GetType().Name} {command.Id} was decided, and cannot be");
    }

    private async Task RetryOneAsync(SimulatedTime time)
    {
        var (command, outcome) = acknowledged[scheduler.Random.Next(acknowledged.Count)];
        var again = await UntilAnsweredAsync(time, async replica => (await replica.Partition.SubmitAsync([command]))[0].Record);
        SimulationChecks.Same(command, outcome, again);
    }

    /// <summary>What a client does: the same request again, at whichever replica, until there is an answer.</summary>
    private async Task<T> UntilAnsweredAsync<T>(SimulatedTime time, Func<SimulatedReplica, Task<T>> ask)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (attempt > 2000 && isChaosOver)
                throw new SimulationViolationException("a command has no outcome although the storage answers");
            var replica = replicas[scheduler.Random.Next(replicas.Length)];
            try
            {
                if (replica.IsAlive)
                    return await ask(replica).WaitAsync(TimeSpan.FromSeconds(20), time);
            }
            catch (LedgerUnavailableException unavailable) when (unavailable.Reason
                is not (LedgerUnavailableReason.Corrupt or LedgerUnavailableReason.TooLarge or LedgerUnavailableReason.NewerRules))
            {
                // 503: again.
            }
            catch (TimeoutException)
            {
                // Neither.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 300)), time);
        }
    }
}
