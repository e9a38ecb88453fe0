using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>Lists beside the log: whatever is stored of them, they are the log's, newest first.</summary>
public sealed class ListTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(Start);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Damages => ["none", "all gone", "markers gone", "a byte changed", "from before there were any"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Whatever_befalls_what_is_stored_a_list_is_that_of_the_log(string damage)
    {
        var seed = Proof.Seed(nameof(ListTests));
        var walk = new LedgerWalk();
        List<Command> commands = [.. walk.Openings];
        LedgerWalk.Steps.Array[400].Sample(steps => commands.AddRange(steps.Where(step => step.Kind is not (10 or 11)).Select(step => walk.Next(step).Command)), seed: null, iter: 1, threads: 1);
        await using (var host = await EngineHost.StartAsync(store, time: time, configure: Small))
            foreach (var chunk in commands.Chunk(1 + seed % 7))
            {
                await Task.WhenAll(chunk.Select(host.DoAsync));
                time.Advance(TimeSpan.FromMilliseconds(20));
            }
        Damage(damage);

        await using var again = await EngineHost.StartAsync(store, time: time, configure: Small);
        foreach (var query in Queries())
        {
            var expected = Logged(query);
            Assert.Equal(expected, await AllAsync(again, query, 7));
            Assert.Equal(expected, await AllAsync(again, query, 200));
        }
        await FillAsync(again);
        Assert.Equal(damage == "a byte changed", again.Partition.UnlistedBlocks > 0);
        foreach (var query in Queries())
            Assert.Equal(Logged(query), await AllAsync(again, query, 50));
    }

    [Fact]
    public async Task A_page_before_a_time_is_full_however_much_was_written_after_it()
    {
        await using (var host = await EngineHost.StartAsync(store, time: time))
        {
            var ann = await host.OpenAsync("ann", funds: 10_000);
            for (var i = 0; i < 1500; i++)
            {
                await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 1));
                // Now and then nothing happens for a while; all of it is stored at once in the end.
                time.Advance(TimeSpan.FromMilliseconds(i % 250 == 0 ? 200 : 1));
            }
        }
        await using var again = await EngineHost.StartAsync(store, time: time);
        foreach (var milliseconds in (int[])[1, 210, 300, 655, 1000, 2600])
        {
            var query = new ListQuery(Ask.Tenant, LedgerList.Transfers) { Until = Start.ToUnixTimeMilliseconds() + milliseconds };

            var page = await again.Ledger.ListAsync(query, null, 5, null, Cancellation);

            Assert.Equal(Logged(query).Take(5), page.Items.Select(item => item.Posting!.Id));
        }
    }

    [Fact]
    public async Task A_page_stays_the_same_whatever_is_written_meanwhile()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var ann = await host.OpenAsync("ann", funds: 1000);
        for (var i = 0; i < 30; i++)
            await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 1));
        var query = new ListQuery(Ask.Tenant, LedgerList.Transfers);
        var first = await host.Ledger.ListAsync(query, null, 10, null, Cancellation);
        var before = await AllAsync(host, query, 10, first.Next);
        for (var i = 0; i < 30; i++)
            await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 1));

        Assert.Equal(before, await AllAsync(host, query, 10, first.Next));
        Assert.Equal(21, before.Count);
    }

    [Theory]
    [InlineData("markers are gone")]
    [InlineData("another reader finds a chunk damaged")]
    public async Task What_is_learned_of_spans_while_a_page_is_read_hides_nothing(string learned)
    {
        await using var host = await StoredAsync();
        var query = new ListQuery(Ask.Tenant, LedgerList.Transfers);
        var term = ListTerms.Of(query);
        Damage(learned == "markers are gone" ? "all markers gone" : "a byte changed");
        store.Projections.AfterListRead = async read =>
        {
            if (read != term)
                return;
            store.Projections.AfterListRead = _ => Task.CompletedTask;
            if (learned == "markers are gone")
                await host.Partition.Lists.Coverage.RefreshAsync(all: true, Cancellation);
            else
                await AllAsync(host, query, 200);
        };

        Assert.Equal(Logged(query), await AllAsync(host, query, 200));
    }

    [Fact]
    public async Task A_chunk_is_found_below_longer_ones_that_nothing_says_are_whole()
    {
        await using var host = await StoredAsync();
        var query = new ListQuery(Ask.Tenant, LedgerList.Transfers);
        var (term, span) = (ListTerms.Of(query), host.Partition.Lists.Coverage.Current.Newest!);
        // What replicas leave that end before they write the marker.
        for (var last = span.Last + 1; last <= span.Last + 12; last++)
            store.Projections.Lists[(term, span.After, last)] = ListChunk.Pack(term, span.After, last, []);

        Assert.Equal(Logged(query), await AllAsync(host, query, 200));
    }

    [Fact]
    public async Task What_others_learn_of_spans_while_they_are_read_stays()
    {
        await using (await StoredAsync())
        {
            // Nobody else asks meanwhile.
        }
        var coverage = new ListCoverage(0, store.Projections);
        await coverage.RefreshAsync(all: true, Cancellation);
        var newest = coverage.Current.Newest!;
        var markers = ListTerms.Coverage(0, Guid.Empty);
        store.Projections.AfterListRead = async _ =>
        {
            store.Projections.AfterListRead = _ => Task.CompletedTask;
            await store.Projections.AddAsync(
                [ListChunk.Marker(markers, newest.Last, newest.Last + 1, newest.At, [])], Cancellation);
            await coverage.RefreshAsync(all: false, Cancellation);
        };

        await coverage.RefreshAsync(all: false, Cancellation);

        Assert.Equal(newest.Last + 1, coverage.Current.EndFrom(0));
    }

    [Fact]
    public async Task What_has_a_key_is_found_whenever_the_key_was_declared()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var ann = await host.OpenAsync("ann", funds: 1000);
        await NamedAsync(host, ann, "a", 3);
        time.Advance(TimeSpan.FromMinutes(2));
        await host.Partition.SynchronizeAsync();
        host.Ledger.IndexedKeys.Set([new IndexedKey(Ask.Tenant, "order")]);
        await NamedAsync(host, ann, "a", 2);
        await NamedAsync(host, ann, "b", 2);
        var query = new ListQuery(
            Ask.Tenant, LedgerList.Transfers, Metadata: [new("order", "a")], Key: host.Ledger.IndexedKeys.Of(Ask.Tenant)[0]);

        Assert.Equal(5, (await AllAsync(host, query, 2)).Count);
        await FillAsync(host);
        Assert.Equal(Logged(query), await AllAsync(host, query, 2));
        Assert.Equal(5, (await AllAsync(host, query, 2)).Count);
    }

    [Fact]
    public async Task A_page_of_what_is_stored_costs_one_question_and_the_blocks_that_it_shows()
    {
        await using (var host = await EngineHost.StartAsync(store, time: time))
        {
            var ann = await host.OpenAsync("ann", funds: 10_000);
            for (var i = 0; i < 20; i++)
                await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 1))));
        }
        await using var cold = await EngineHost.StartAsync(store, time: time);
        await cold.Ledger.ListAsync(new ListQuery(Ask.Tenant, LedgerList.Transfers), null, 1, null, Cancellation);
        var (before, blocks) = (store.Projections.ListReads, 0);
        store.OnRead = () => blocks++;

        var page = await cold.Ledger.ListAsync(new ListQuery(Ask.Tenant, LedgerList.Transfers, TransferKind.Purchase), null, 50, null, Cancellation);

        Assert.Single(page.Items);
        Assert.Null(page.Next);
        Assert.InRange(store.Projections.ListReads - before, 0, 1);
        Assert.InRange(blocks, 0, 2);
    }

    [Fact]
    public async Task What_is_on_accounts_is_merged_and_nothing_is_there_twice()
    {
        await using var host = await EngineHost.StartAsync(store, time: time, configure: Small);
        var (ann, bob) = (await host.OpenAsync("ann", funds: 1000), await host.OpenAsync("bob", funds: 1000));
        for (var i = 0; i < 40; i++)
            await host.DoAsync(i % 3 == 0 ? Ask.Move(ann, bob, 1) : Ask.Move(Ask.To(i % 2 == 0 ? ann : bob), Ask.To(SystemAccount.Revenue), 1));
        var accounts = new[] { await host.AccountAsync(ann), await host.AccountAsync(bob) };
        var query = new ListQuery(Ask.Tenant, LedgerList.Transfers, TransferKind.Transfer);
        var served = new List<Guid>();
        IReadOnlyList<History.HistoryPosition>? from = null;
        do
        {
            var page = await host.Ledger.ListAsync(query, accounts, from, 7, null, Cancellation);
            Assert.True(page.Items.Count is 7 || page.Next is null);
            served.AddRange(page.Items.Select(item => item.Posting!.Id));
            from = page.Next;
        }
        while (from is not null);

        Assert.Equal(Logged(query).ToHashSet(), served.ToHashSet());
        Assert.Equal(40, served.Count);
    }

    private static void Small(LedgerOptions options) =>
        (options.CheckpointTailRecords, options.CheckpointIntervalMilliseconds, options.CheckpointSegmentIds, options.MaxBlockCommands) = (40, 10, 1000, 9);

    /// <summary>Lists of several spans are stored, and a replica knows them that has nothing of them in memory.</summary>
    private async Task<EngineHost> StoredAsync()
    {
        await using (var host = await EngineHost.StartAsync(store, time: time, configure: Small))
        {
            var ann = await host.OpenAsync("ann", funds: 1000);
            for (var i = 0; i < 40; i++)
            {
                await host.DoAsync(Ask.Move(Ask.To(ann), Ask.To(SystemAccount.Revenue), 1));
                time.Advance(TimeSpan.FromMilliseconds(20));
                await host.Partition.SynchronizeAsync();
            }
        }
        var again = await EngineHost.StartAsync(store, time: time, configure: Small);
        await again.Partition.Lists.Coverage.RefreshAsync(all: true, Cancellation);
        return again;
    }

    private static IEnumerable<ListQuery> Queries()
    {
        foreach (var list in Enum.GetValues<LedgerList>())
        {
            yield return new ListQuery(Ask.Tenant, list);
            yield return new ListQuery(Ask.Tenant, list, Asset: "gold");
            yield return new ListQuery(
                Ask.Tenant, list, From: Start.ToUnixTimeMilliseconds() + 300, Until: Start.ToUnixTimeMilliseconds() + 700);
        }
        foreach (var kind in (TransferKind[])[TransferKind.Purchase, TransferKind.Capture, TransferKind.Expiry, TransferKind.Forgiveness])
            yield return new ListQuery(Ask.Tenant, LedgerList.Transfers, kind);
        yield return new ListQuery("nobody", LedgerList.Transfers);
    }

    private List<Guid> Logged(ListQuery query) => [.. store.Blocks(0).SelectMany(block => block.ReadRecords())
        .Where(record => record.Accepted && record.Command.Tenant == query.Tenant && !(record.At < query.From) && !(record.At >= query.Until))
        .SelectMany(record => query.List == LedgerList.Accounts
            ? record.Opened.Where(opened => !opened.IsSystem && (query.Asset is null || opened.Asset == query.Asset)).Select(opened => opened.Id)
            : record.Postings.Where((posting, i) => posting.Kind != TransferKind.AccountChange
                && (query.List == LedgerList.Transfers || record.Command is PlaceHold == (query.List == LedgerList.Holds) && record.Command is PlaceHold or IssueGrant)
                && (query.Kind is null || posting.Kind == query.Kind) && (query.Asset is null || posting.Asset == query.Asset)
                && (query.Metadata is null || record.Details(i).Metadata == $$"""{"order":"{{query.Metadata[0].Value}}"}""")).Select(posting => posting.Id))
        .Reverse()];

    private static async Task<List<Guid>> AllAsync(EngineHost host, ListQuery query, int limit, ListPosition? before = null)
    {
        var served = new List<Guid>();
        do
        {
            var page = await host.Ledger.ListAsync(query, before, limit, null, Cancellation);
            Assert.InRange(page.Items.Count, 0, limit);
            served.AddRange(page.Items.Select(item => item.Opened?.Id ?? item.Posting!.Id));
            before = page.Next;
        }
        while (before is not null);
        return served;
    }

    private static async Task NamedAsync(EngineHost host, Guid from, string order, int count)
    {
        for (var i = 0; i < count; i++)
            await host.DoAsync(Ask.Move(Ask.To(from), Ask.To(SystemAccount.Revenue), 1) with { Metadata = $$"""{"order":"{{order}}"}""" });
    }

    private async Task FillAsync(EngineHost host)
    {
        using var backfill = new ListBackfill(host.Ledger, new InMemoryIndexedKeyStore(), time, NullLogger<ListBackfill>.Instance);
        await backfill.FillAsync(host.Partition, Cancellation);
    }

    private void Damage(string damage)
    {
        var lists = store.Projections.Lists;
        var markers = ListTerms.Coverage(0, Guid.Empty);
        Assert.Contains(lists.Keys, key => key.Term == markers);
        foreach (var (key, chunk) in lists)
            switch (damage)
            {
                case "all gone" or "from before there were any":
                    lists.TryRemove(key, out _);
                    break;
                case "markers gone" when key.Term == markers && key.After % 2 == 0:
                    lists.TryRemove(key, out _);
                    break;
                case "all markers gone" when key.Term == markers:
                    lists.TryRemove(key, out _);
                    break;
                case "a byte changed" when key.Term != markers:
                    lists[key] = chunk with { Content = [.. chunk.Content.Select((one, i) => i == chunk.Content.Length / 2 ? (byte)(one ^ 1) : one)] };
                    break;
            }
    }
}
