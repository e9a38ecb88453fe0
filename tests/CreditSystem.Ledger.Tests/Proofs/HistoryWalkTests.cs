using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Testing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Proofs;

/// <summary>
/// Random commands on two replicas that checkpoint all the time, with a projection of which parts are lost: what was is the same from
/// the projection, from the log, and as the log reads when one simply goes through it.
/// </summary>
public sealed class HistoryWalkTests
{
    [Fact]
    public Task History_is_that_of_the_log_whatever_of_it_is_projected() =>
        Gen.Select(LedgerWalk.Steps.Where(step => step.Amount != -2).Array[80], Gen.Int[0, 3], Gen.Int[0, 100], Gen.Int).SampleAsync(
            WalkAsync, TestContext.Current.TestOutputHelper!.WriteLine, iter: 30L * Proof.Factor);

    private static async Task WalkAsync(Step[] steps, int rebuilds, int lostPercent, int seed)
    {
        var (store, walk, random) = (new InMemoryBlockStore(), new LedgerWalk(), new Random(seed));
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(walk.Now));
        EngineHost[] hosts = [await StartAsync(store, time), await StartAsync(store, time)];
        foreach (var opening in walk.Openings)
            await hosts[0].DoAsync(opening);
        foreach (var step in steps)
        {
            if (step.Kind == 11)
            {
                if (rebuilds > random.Next(8))
                    (store.Projections.Saved[0], _) = (0, store.Projections.Accounts.TryRemove(LedgerWalk.AccountOf(step.A % 4), out _));
            }
            else if (step.Kind == 10)
            {
                walk.Do(step);
                time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(walk.Now));
            }
            else
            {
                await hosts[random.Next(2)].DoAsync(walk.Next(step).Command);
            }
        }
        foreach (var (key, _) in store.Projections.Chunks.Where(_ => random.Next(100) < lostPercent))
            store.Projections.Chunks.TryRemove(key, out _);
        foreach (var host in hosts)
            await CompareAsync(host, store, random);
        foreach (var host in hosts)
            await host.DisposeAsync();
        // All is in the projection now but what was lost.
        await using (var third = await StartAsync(store, time))
            await CompareAsync(third, store, random);
    }

    private static async Task CompareAsync(EngineHost host, InMemoryBlockStore store, Random random)
    {
        await host.Partition.SynchronizeAsync();
        var log = store.Blocks(0).SelectMany(block => block.ReadRecords()).ToList();
        foreach (var id in log.SelectMany(record => record.Opened).Select(opened => opened.Id))
        {
            var account = (await host.Ledger.FindAccountAsync(Ask.Tenant, id, linearizable: true))!;
            var plain = Plain(store, id);
            for (var i = 0; i < 4; i++)
            {
                var from = random.Next(plain.Count + 1);
                var limit = random.Next(1, 12);
                var page = (await host.Ledger.EntriesAsync(
                    account, from == 0 ? null : plain[from - 1].Position, limit, CancellationToken.None))!;
                var expected = plain.Take(from == 0 ? plain.Count : from).Reverse().ToList();
                Assert.Equal(expected.Take(limit), page.Entries);
                Assert.Equal(expected.ElementAtOrDefault(limit)?.Position, page.Next);

                var times = plain.SelectMany(entry => new[] { entry.At, entry.EffectiveAt, entry.At - 1 }).DefaultIfEmpty(0).ToList();
                var (first, end) = (times[random.Next(times.Count)], times[random.Next(times.Count)] + 1);
                var statement = await host.Ledger.StatementAsync(account, first, end, CancellationToken.None);
                var (before, last) = (CountUntil(plain, first - 1), CountUntil(plain, end - 1));
                Assert.Equal((At(plain, before), At(plain, last)), (statement.Opening, statement.Closing));
                Assert.Equal(plain.Take(last).Skip(before), await ListAsync(statement.Entries));
                if (!account.IsSystem)
                    Assert.Equal(plain.FindLastIndex(entry => entry.EffectiveAt <= end) + 1, CountUntil(plain, end));
                Assert.Equal(
                    At(plain, CountUntil(plain, end)), await host.Ledger.BalanceAtAsync(account, end, CancellationToken.None));
            }
        }
    }

    private static List<HistoryEntry> Plain(InMemoryBlockStore store, Guid account) =>
    [
        .. from block in store.Blocks(0)
           from record in block.ReadRecords()
           from posting in record.Postings.Select((posting, i) => (posting, i))
           from entry in posting.posting.Entries
           where entry.Account == account
           select HistoryEntry.From(record, posting.i, entry),
    ];

    // The blocks until then, and after them what had expired by then.
    private static int CountUntil(List<HistoryEntry> entries, long time)
    {
        var count = entries.FindLastIndex(entry => entry.At <= time) + 1;
        while (count < entries.Count && entries[count].EffectiveAt <= time)
            count++;
        return count;
    }

    private static BalanceAt At(List<HistoryEntry> entries, int count) =>
        count > 0 && entries[count - 1] is var last
            ? new BalanceAt(last.Posted, last.Held, last.Debt, count)
            : new BalanceAt(0, 0, 0, 0);

    private static async Task<List<HistoryEntry>> ListAsync(IAsyncEnumerable<HistoryEntry> entries)
    {
        var list = new List<HistoryEntry>();
        await foreach (var entry in entries)
            list.Add(entry);
        return list;
    }

    private static Task<EngineHost> StartAsync(InMemoryBlockStore store, FakeTimeProvider time) => EngineHost.StartAsync(
        store, time: time, configure: options => (options.MaxAccountsInMemory, options.CheckpointTailRecords) = (6, 3));
}
