using CreditSystem.Ledger.Testing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>
/// The random walk through a whole replica, which has to find in its log and its checkpoints what a command looks at: with next
/// to no account in memory, and started again now and then. What the rules look up without its having been loaded shows here.
/// </summary>
public sealed class EngineWalkTests
{
    [Fact]
    public Task A_replica_answers_as_the_reference_does_whatever_it_has_in_memory() =>
        LedgerWalk.Steps.Where(step => step.Amount != -2).Array[60].SampleAsync(WalkAsync, TestContext.Current.TestOutputHelper!.WriteLine, iter: 40L * Proof.Factor);

    private static async Task WalkAsync(Step[] steps)
    {
        var store = new InMemoryBlockStore();
        var walk = new LedgerWalk();
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(walk.Now));
        var host = await StartAsync(store, time);
        foreach (var opening in walk.Openings)
            await host.DoAsync(opening);
        var isIdle = false;
        foreach (var step in steps)
        {
            // A host that is stopped before it has run at all ends as cancelled.
            if (step.Kind == 11 && isIdle)
                continue;
            isIdle = step.Kind is 10 or 11 && (isIdle || step.Kind == 11);
            if (step.Kind == 11)
            {
                await host.DisposeAsync();
                host = await StartAsync(store, time);
            }
            else if (step.Kind == 10)
            {
                walk.Do(step);
                time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(walk.Now));
            }
            else
            {
                var (command, expected) = walk.Next(step);
                Assert.Equal((step, expected), (step, LedgerWalk.Text(await host.DoAsync(command))));
            }
        }
        foreach (var (id, posted, held) in walk.Expected)
            Assert.Equal((id, posted, held), (id, (await host.AccountAsync(id)).Posted, (await host.AccountAsync(id)).Held));
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
        await host.DisposeAsync();
        Replay.AssertSameBytes([.. store.Blocks(0)]);
    }

    private static Task<EngineHost> StartAsync(InMemoryBlockStore store, FakeTimeProvider time) =>
        EngineHost.StartAsync(store, time: time, configure: options => (options.MaxAccountsInMemory, options.CheckpointTailRecords) = (1, 3));
}
