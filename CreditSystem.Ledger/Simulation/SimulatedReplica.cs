using System.Diagnostics.Metrics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;
using Microsoft.Extensions.Logging.Abstractions;

namespace CreditSystem.Ledger.Simulation;

/// <summary>A process of the API as far as its ledger goes: the partition's loop and its sweep.</summary>
internal sealed class SimulatedReplica
{
    private static readonly LedgerMetrics Metrics = new(new MeterFactory());

    private readonly SimulationScheduler scheduler;
    private readonly SimulatedActor actor;
    private readonly SimulatedTime time;

    public SimulatedReplica(SimulationScheduler scheduler, SimulatedStorage storage, LedgerOptions options)
    {
        this.scheduler = scheduler;
        actor = new SimulatedActor(scheduler);
        time = new SimulatedTime(scheduler, actor) { Ahead = TimeSpan.FromMilliseconds(scheduler.Random.Next(-3000, 3000)) };
        Partition = new LedgerPartition(
            0, storage, storage, options, new MemoryBudget(options, availableBytes: 1 << 20),
            new ClockGuard(storage, time, NullLogger.Instance),
            Metrics, time, NullLogger<LedgerPartition>.Instance);
        Loop = actor.Start(Partition.RunAsync);
        actor.Start(SweepAsync);
    }

    public LedgerPartition Partition { get; }

    /// <summary>Ends only when the replica is stopped.</summary>
    public Task Loop { get; }

    public bool IsAlive => !actor.IsDead;

    public string Describe() =>
        $"block {Partition.Status.Head}, {Partition.QueueDepth} waiting, {Partition.Status.Unprojected} to write, "
        + (Partition.IsRecovered ? "whole" : "being read");

    public void Kill() => actor.Kill();

    public void SetClock(TimeSpan ahead) => time.Ahead = ahead;

    private async Task SweepAsync()
    {
        for (var number = 0L; ; number++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(200, 2000)), time);
            try
            {
                foreach (var account in await Partition.FindDueAsync(time.GetUtcNow().ToUnixTimeMilliseconds(), 10, CancellationToken.None))
                    await Partition.SubmitAsync(
                        [new SettleAccount(LedgerId.Derive(account.Id, "sweep", number), account.Tenant, account.Id)]);
            }
            catch (Exception exception) when (exception is LedgerUnavailableException or TimeoutException)
            {
                // The next sweep tries again.
            }
        }
    }

    private sealed class MeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // The one meter lasts as long as the process.
        }
    }
}
