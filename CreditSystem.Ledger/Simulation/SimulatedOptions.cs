namespace CreditSystem.Ledger.Simulation;

/// <summary>Settings that bring about often what is seldom: small blocks, pages and segments, little memory, short waits.</summary>
internal static class SimulatedOptions
{
    public static LedgerOptions Create(SimulationScheduler scheduler) => new()
    {
        Partitions = 1,
        MaxBlockCommands = scheduler.Random.Next(2, 90),
        MaxBlockBytes = 4096,
        QueueCapacity = 200,
        CommitTimeoutSeconds = 2,
        RecoveryStepSeconds = 5,
        UnpagedAccounts = scheduler.Random.Next(0, 4),
        PageBytes = scheduler.Random.Next(300, 3000),
        RecoveryPageBlocks = scheduler.Random.Next(2, 9),
        // Some make checkpoints seldom, so that a replica starts from many pages.
        CheckpointIntervalMilliseconds = scheduler.Chance(60) ? scheduler.Random.Next(20, 400) : scheduler.Random.Next(2000, 60_000),
        CheckpointTailRecords = scheduler.Random.Next(2, 25),
        CheckpointSegmentIds = scheduler.Random.Next(5, 60),
        // Some have tables that are stored.
        IdTableIds = scheduler.Chance(50) ? scheduler.Random.Next(2, 12) : scheduler.Random.Next(10, 200),
        MaxAccountsInMemory = scheduler.Chance(50) ? scheduler.Random.Next(2, 12) : 100,
    };
}
