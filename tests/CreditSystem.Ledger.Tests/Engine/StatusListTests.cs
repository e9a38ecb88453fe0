using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Lists.Statuses;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Holds and grants of one status are found without looking at the others.</summary>
public sealed class StatusListTests
{
    private readonly InMemoryBlockStore store = new();

    // The walk begins a second after the epoch.
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddSeconds(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Damages => ["none", "all gone", "from before there were statuses"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task What_has_a_status_is_what_the_ledger_says(string damage)
    {
        var walk = new LedgerWalk();
        var steps = LedgerWalk.Steps.Array[1500].Single();
        await using (var host = await EngineHost.StartAsync(store, time: time, configure: Small))
        {
            foreach (var command in walk.Openings)
                await host.DoAsync(command);
            // Before the walk: after it nobody may have room to give it credits.
            var zoe = await host.OpenAsync("zoe", funds: 100);
            for (var i = 0; i < steps.Length; i++)
            {
                if (steps[i].Kind == 10)
                    walk.Reference.Now += steps[i].D == 0 ? 100 : steps[i].C;
                else if (steps[i].Kind != 11)
                    await host.DoAsync(walk.Next(steps[i]).Command);
                time.SetUtcNow(DateTimeOffset.UnixEpoch.AddMilliseconds(walk.Now));
                if (i % 50 == 0)
                    await AssertRightAsync(host, isComplete: true);
            }
            await OneOfEachAsync(host, zoe);
        }
        Damage(damage);

        await using var again = await EngineHost.StartAsync(store, time: time, configure: Small);
        await again.Partition.SynchronizeAsync();
        await AssertRightAsync(again, isComplete: damage == "none");
        await FillAsync(again);
        var found = await AssertRightAsync(again, isComplete: true);

        Assert.True(found[(LedgerList.Holds, ListStatus.Captured)] > 0, "no hold was captured");
        Assert.True(found[(LedgerList.Holds, ListStatus.Open)] > 0, "no hold is open");
        Assert.True(found[(LedgerList.Grants, ListStatus.Used)] > 0, "no grant is used up");
        Assert.True(found[(LedgerList.Grants, ListStatus.Voided)] > 0, "no grant was voided");
    }

    [Theory]
    [InlineData(ListStatus.Open, 3)]
    [InlineData(ListStatus.Voided, 2)]
    public async Task A_page_costs_as_much_as_it_shows_however_many_have_another_status(ListStatus status, int count)
    {
        await using (var host = await EngineHost.StartAsync(store, time: time))
        {
            var ann = await host.OpenAsync("ann", funds: 100_000);
            for (var i = 0; i < 30; i++)
            {
                var holds = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.DoAsync(HoldOf(ann))));
                var ended = i % 15 == 0 ? holds.Skip(2) : holds.AsEnumerable();
                await Task.WhenAll(ended.Select(hold => host.DoAsync(Ask.Capture(hold.Command.Id))));
                if (i == 0)
                    foreach (var hold in holds.Take(2))
                        await host.DoAsync(Ask.VoidHold(hold.Command.Id));
                else if (i == 15)
                    await host.DoAsync(HoldOf(ann));
                time.Advance(TimeSpan.FromMilliseconds(5));
            }
        }
        await using var cold = await EngineHost.StartAsync(store, time: time);
        var query = new ListQuery(Ask.Tenant, LedgerList.Holds) { Status = status };
        await cold.Ledger.ListByStatusAsync(query, null, 1, null, Cancellation);
        var (before, blocks) = (store.Projections.StatusReads, 0);
        store.OnRead = () => blocks++;

        var page = await cold.Ledger.ListByStatusAsync(query, null, 50, null, Cancellation);

        Assert.Equal(count, page!.Items.Count);
        Assert.Null(page.Next);
        Assert.Equal(1, store.Projections.StatusReads - before);
        Assert.InRange(blocks, 0, count);
    }

    /// <summary>More than is looked at under one lock, none of it stored yet.</summary>
    [Fact]
    public async Task Finds_in_memory_what_nothing_is_stored_of()
    {
        await using var host = await EngineHost.StartAsync(store, time: time);
        var (ann, ben) = (await host.OpenAsync("ann", funds: 10_000), await host.OpenAsync("ben", funds: 10_000));
        var open = new List<Guid>();
        var all = new List<Guid>();
        for (var i = 0; i < 600; i++)
        {
            var hold = (await host.DoAsync(HoldOf(i % 100 == 0 ? ben : ann))).Command.Id;
            all.Add(hold);
            if (i % 150 == 0)
                open.Add(hold);
            else
                await host.DoAsync(Ask.VoidHold(hold));
            time.Advance(TimeSpan.FromTicks(1));
        }
        Assert.Empty(store.Projections.Statuses);

        Assert.Equal(open.Order(), (await AllAsync(host, LedgerList.Holds, ListStatus.Open)).Order());
        Assert.Equal(all.Except(open).Order(), (await AllAsync(host, LedgerList.Holds, ListStatus.Voided)).Order());
        Assert.Empty(await AllAsync(host, LedgerList.Holds, ListStatus.Captured));
        Assert.Equal(all.Where((_, i) => i % 100 == 0).Order(), (await AllAsync(host, LedgerList.Holds, null, ben)).Order());
        Assert.Equal(all.Order(), (await AllAsync(host, LedgerList.Holds, null, ann, ben)).Order());
    }

    [Fact]
    public async Task Of_two_statuses_that_are_stored_of_a_hold_the_later_one_is_shown()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var ann = await host.OpenAsync("ann", funds: 100);
        var held = await host.DoAsync(HoldOf(ann));
        await CheckpointAsync(host);
        var before = store.Projections.Statuses.Values.Where(row => row.Position.Id == held.Command.Id).ToList();
        await host.DoAsync(Ask.Capture(held.Command.Id));
        await CheckpointAsync(host);
        // As a replica leaves it that was cut off between its writes.
        foreach (var row in before)
            store.Projections.Statuses[(row.Term, row.Position)] = row;

        var page = await host.Ledger.ListByStatusAsync(
            new ListQuery(Ask.Tenant, LedgerList.Holds) { Accounts = [ann] }, null, 50, null, Cancellation);

        Assert.Equal(2, before.Count);
        Assert.Equal(HoldStatus.Captured, Assert.Single(page!.Items).Hold?.Status);
    }

    [Fact]
    public async Task A_replica_that_comes_late_takes_back_no_status_of_a_later_record()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var ann = await host.OpenAsync("ann");
        var grant = (await host.DoAsync(Ask.Grant(ann, 10))).Command.Id;
        var spent = await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 10));
        await CheckpointAsync(host);
        var used = new ListRows();
        used.Add(spent.Block, spent.At, [spent], new IndexedKeys());
        await host.DoAsync(Ask.Reverse(spent.Command.Id));
        await CheckpointAsync(host);
        Assert.Equal([grant], await AllAsync(host, LedgerList.Grants, ListStatus.Open));

        // It has not seen the reversal.
        var earlier = new InMemoryBlockStore();
        foreach (var block in store.Blocks(0).Where(block => block.Number <= spent.Block))
            earlier.Put(block);
        await using var late = await EngineHost.StartAsync(earlier, time: time, configure: Small);
        await late.Partition.SynchronizeAsync();
        await new StatusProjection(store.Projections).WriteAsync(used.Statuses, late.Partition.Reads, Cancellation);

        Assert.Equal([grant], await AllAsync(host, LedgerList.Grants, ListStatus.Open));
    }

    [Fact]
    public async Task What_a_reversal_gives_back_to_a_used_grant_opens_it_again()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var ann = await host.OpenAsync("ann");
        var grant = (await host.DoAsync(Ask.Grant(ann, 10))).Command.Id;
        var spent = (await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 10))).Command.Id;
        await CheckpointAsync(host);
        Assert.Equal([grant], await AllAsync(host, LedgerList.Grants, ListStatus.Used));
        Assert.Empty(await AllAsync(host, LedgerList.Grants, ListStatus.Open));

        await host.DoAsync(Ask.Reverse(spent));

        Assert.Equal([grant], await AllAsync(host, LedgerList.Grants, ListStatus.Open));
        await CheckpointAsync(host);
        Assert.Equal([grant], await AllAsync(host, LedgerList.Grants, ListStatus.Open));
        var used = ListTerms.Of(Ask.Tenant, LedgerList.Grants, ListStatus.Used);
        Assert.DoesNotContain(store.Projections.Statuses.Keys, key => key.Term == used);
    }

    private static void Small(LedgerOptions options) =>
        (options.CheckpointTailRecords, options.CheckpointIntervalMilliseconds, options.MaxBlockCommands) = (40, 10, 9);

    private async Task OneOfEachAsync(EngineHost host, Guid zoe)
    {
        var holds = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.DoAsync(HoldOf(zoe))));
        await host.DoAsync(Ask.Capture(holds[0].Command.Id));
        await host.DoAsync(Ask.VoidHold(holds[1].Command.Id));
        var grants = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => host.DoAsync(Ask.Grant(zoe, 5, priority: i))));
        await host.DoAsync(Ask.Move(Ask.To(zoe), Ask.To(SystemAccount.Revenue), 5));
        await host.DoAsync(Ask.VoidGrant(grants[1].Command.Id, zoe));
    }

    private PlaceHold HoldOf(Guid account) => Ask.Hold(
        account, Ask.To(SystemAccount.Revenue), 1, time.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds());

    /// <summary>Compares every status with the state of the accounts and of the holds.</summary>
    private async Task<Dictionary<(LedgerList, ListStatus), int>> AssertRightAsync(EngineHost host, bool isComplete)
    {
        var counts = new Dictionary<(LedgerList, ListStatus), int>();
        var expected = await TrueAsync(host);
        foreach (var (list, status) in Asked)
        {
            var wanted = expected.Where(item => item.List == list && item.Status == status).Select(item => item.Id).ToHashSet();
            counts[(list, status)] = wanted.Count;
            var query = new ListQuery(Ask.Tenant, list) { Status = status };
            if (await host.Ledger.ListByStatusAsync(query, null, 1, null, Cancellation) is null)
                Assert.False(isComplete, "the index is not complete");
            else
            {
                // Those that were of this status once may be among them: the state has the last word.
                Assert.Superset(wanted, (await AllAsync(host, list, status)).ToHashSet());
                var own = Enumerable.Range(0, 4).Select(LedgerWalk.AccountOf).ToArray();
                var ofAccounts = expected.Where(item => item.List == list && item.Status == status && own.Contains(item.Account));
                Assert.Superset(
                    ofAccounts.Select(item => item.Id).ToHashSet(), (await AllAsync(host, list, status, own)).ToHashSet());
            }
        }
        if (isComplete)
            foreach (var list in (LedgerList[])[LedgerList.Holds, LedgerList.Grants])
            {
                var own = Enumerable.Range(0, 4).Select(LedgerWalk.AccountOf).ToArray();
                var wanted = expected.Where(item => item.List == list && own.Contains(item.Account)).Select(item => item.Id);
                Assert.Equal(wanted.Order(), (await AllAsync(host, list, null, own)).Order());
            }
        return counts;
    }

    private static IEnumerable<(LedgerList List, ListStatus Status)> Asked =>
        from list in (LedgerList[])[LedgerList.Holds, LedgerList.Grants]
        from status in Enum.GetValues<ListStatus>()
        where list == LedgerList.Grants ? status != ListStatus.Captured : status is not (ListStatus.Pending or ListStatus.Used)
        select (list, status);

    private async Task<List<(LedgerList List, Guid Id, ListStatus Status, Guid Account)>> TrueAsync(EngineHost host)
    {
        var (found, endings) = (new List<(LedgerList, Guid, ListStatus, Guid)>(), new Dictionary<(Guid Lot, Guid Account), ListStatus>());
        foreach (var record in store.Blocks(0).SelectMany(block => block.ReadRecords()).Where(record => record.Accepted))
        {
            foreach (var posting in record.Postings)
                foreach (var entry in posting.Entries)
                    foreach (var lot in entry.Lots.Where(lot => lot.Amount < 0))
                        endings[(lot.Terms.Id, entry.Account)] = posting.Kind switch
                        {
                            TransferKind.Void => ListStatus.Voided,
                            TransferKind.Expiry => ListStatus.Expired,
                            _ => ListStatus.Used,
                        };
            if (record.Command is PlaceHold)
                found.Add((LedgerList.Holds, record.Command.Id, default, record.Hold!.Account));
            else if (record.Command is IssueGrant)
                found.Add((LedgerList.Grants, record.Command.Id, default, record.Postings[0].Credit.Account));
        }
        for (var i = 0; i < found.Count; i++)
            found[i] = found[i] with { Item3 = await StatusAsync(host, found[i].Item1, found[i].Item2, endings) };
        return found;
    }

    private static async Task<ListStatus> StatusAsync(
        EngineHost host, LedgerList list, Guid id, Dictionary<(Guid Lot, Guid Account), ListStatus> endings)
    {
        if (list == LedgerList.Holds)
            return (await host.Partition.LoadHoldAsync(id, Cancellation))!.Status switch
            {
                HoldStatus.Active => ListStatus.Open,
                HoldStatus.Captured => ListStatus.Captured,
                HoldStatus.Voided => ListStatus.Voided,
                _ => ListStatus.Expired,
            };
        var issue = (IssueGrant)(await host.Ledger.FindRecordAsync(Ask.Tenant, id, Cancellation))!.Command;
        var account = (await host.Partition.LoadAccountsAsync([issue.Account], Cancellation))[issue.Account];
        return Array.Exists(account.Lots, lot => lot.Terms.Id == id) ? ListStatus.Open : endings[(id, issue.Account)];
    }

    private static async Task<List<Guid>> AllAsync(EngineHost host, LedgerList list, ListStatus? status, params Guid[]? accounts)
    {
        var (served, before) = (new List<(long At, Guid Id)>(), (StatusPosition?)null);
        do
        {
            var page = (await host.Ledger.ListByStatusAsync(
                new ListQuery(Ask.Tenant, list) { Status = status, Accounts = accounts is { Length: > 0 } ? accounts : null },
                before, 3, null, Cancellation))!;
            served.AddRange(page.Items.Select(item => (item.Record.At, item.Record.Command.Id)));
            before = page.Next;
        }
        while (before is not null);
        Assert.Equal(served.OrderDescending(), served);
        Assert.Equal(served.Distinct(), served);
        return [.. served.Select(one => one.Id)];
    }

    private async Task CheckpointAsync(EngineHost host)
    {
        var head = host.Partition.Reads.Lists.Head;
        while (host.Partition.Reads.Lists.After < head)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            await host.Partition.SynchronizeAsync();
        }
    }

    private async Task FillAsync(EngineHost host)
    {
        using var backfill = new ListBackfill(host.Ledger, new InMemoryIndexedKeyStore(), time, NullLogger<ListBackfill>.Instance);
        await backfill.FillAsync(host.Partition, Cancellation);
    }

    private void Damage(string damage)
    {
        Assert.NotEmpty(store.Projections.Statuses);
        if (damage == "none")
            return;
        store.Projections.Statuses.Clear();
        var lists = store.Projections.Lists;
        foreach (var (key, chunk) in lists)
            if (damage == "all gone")
                lists.TryRemove(key, out _);
            else if (key.Term == ListTerms.Coverage(0, Guid.Empty))
                lists[key] = ListChunk.Marker(key.Term, key.After, key.Last, chunk.TryUnpackMarker()!.At, []);
    }
}
