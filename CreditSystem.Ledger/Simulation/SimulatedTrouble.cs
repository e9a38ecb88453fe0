namespace CreditSystem.Ledger.Simulation;

/// <summary>Crashes, lost projections and wrong clocks, for a while.</summary>
internal sealed class SimulatedTrouble(
    SimulationScheduler scheduler, SimulatedStorage storage, SimulatedReplica[] replicas, Func<SimulatedReplica> create)
{
    public async Task MakeAsync()
    {
        var time = new SimulatedTime(scheduler, (SimulatedActor)SynchronizationContext.Current!);
        for (var i = scheduler.Random.Next(0, 9); i > 0; i--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(5, 1500)), time);
            var index = scheduler.Random.Next(replicas.Length);
            switch (scheduler.Random.Next(7))
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
                    storage.LoseSegments();
                    break;
                case 5:
                    replicas[index].SetClock(TimeSpan.FromDays(365));
                    await Task.Delay(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 3000)), time);
                    replicas[index].SetClock(TimeSpan.Zero);
                    break;
                default:
                    storage.LoseAccounts(100);
                    storage.LoseSegments();
                    break;
            }
        }
    }
}
