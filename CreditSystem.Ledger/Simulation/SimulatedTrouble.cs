namespace CreditSystem.Ledger.Simulation;

/// <summary>Crashes, lost projections and wrong clocks, for a while.</summary>
internal sealed class SimulatedTrouble(
    SimulationScheduler scheduler, SimulatedStorage storage, SimulatedReplica[] replicas, Func<SimulatedReplica> create)
{
    public async Task MakeAsync()
    {
        var time = new SimulatedTime(scheduler, (SimulatedActor)SynchronizationContext.Current!);
        for (var left = scheduler.Random.Next(0, 9); left > 0; left--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(5, 1500)), time);
            var index = scheduler.Random.Next(replicas.Length);
            switch (scheduler.Random.Next(10))
            {
                case 0 or 1:
                    replicas[index].Kill();
                    await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 500)), time);
                    replicas[index] = create();
                    break;
                case 2 or 3:
                    storage.LoseAccounts(scheduler.Random.Next(10, 101));
                    storage.LoseEntries(scheduler.Random.Next(0, 101));
                    storage.LoseLists(scheduler.Random.Next(0, 101));
                    break;
                case 4:
                    storage.LoseSegments(withTables: scheduler.Chance(50));
                    break;
                case 5:
                    replicas[index].SetClock(TimeSpan.FromDays(365));
                    await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 3000)), time);
                    replicas[index].SetClock(TimeSpan.Zero);
                    break;
                case 6:
                    DamagePages();
                    break;
                case 7 or 8:
                    // All at once: they start from what is stored.
                    foreach (var replica in replicas)
                        replica.Kill();
                    DamagePages();
                    await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 500)), time);
                    for (var i = 0; i < replicas.Length; i++)
                        replicas[i] = create();
                    break;
                default:
                    storage.LoseAccounts(100);
                    storage.LoseSegments(withTables: true);
                    break;
            }
        }
    }

    /// <summary>Half of the time nothing; else some pages are lost, torn, exchanged, or of another log.</summary>
    public void DamagePages()
    {
        if (scheduler.Chance(25))
            storage.LosePages(scheduler.Random.Next(5, 101));
        if (scheduler.Chance(25))
            storage.ForgePages();
    }
}
