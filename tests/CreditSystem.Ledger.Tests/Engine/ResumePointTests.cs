using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Projection.ResumePoints;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What has changed since the last checkpoint is in pages; where it is not, or they are not to be relied on, in the log.</summary>
public sealed class ResumePointTests
{
    private const int Tail = 10;

    private readonly InMemoryBlockStore store = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<Guid> accounts = [];
    private InMemoryProjectionStore projections;
    private readonly List<Transfer> moves = [];

    public ResumePointTests() => projections = store.Projections;

    [Fact]
    public async Task A_start_resumes_after_what_is_in_pages_although_no_checkpoint_was_made()
    {
        var before = await CrashedAsync();
        Assert.Empty(projections.Accounts);

        await using var host = await StartAsync();
        await host.Partition.SynchronizeAsync();

        Assert.InRange(host.Partition.Status.Head - host.Partition.Status.ResumedAfter, 0, 3 * Tail);
        Assert.True((await host.Ledger.ExecuteAsync(moves[0]))!.Value.Replayed);
        Assert.Equal(before, await BalancesAsync(host));
    }

    public static TheoryData<string> Damages =>
        ["no deltas", "no pages", "a page torn", "a page of another delta", "of another log", "the first is gone", "no ids"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Whatever_befalls_the_pages_all_balances_are_those_of_the_log(string damage)
    {
        var before = await CrashedAsync();
        var sound = await ResumedAfterAsync();
        Damage(damage);

        await using var host = await StartAsync();

        Assert.Equal(before, await BalancesAsync(host));
        Assert.True(host.Partition.Status.ResumedAfter < sound);
        Assert.True((await host.Ledger.ExecuteAsync(moves[^1]))!.Value.Replayed);
        await host.DoAsync(Ask.Move(accounts[0], accounts[1], 1));
        Assert.True((await host.Ledger.Verification.InvariantsAsync(Ask.Tenant, CancellationToken.None)).Holds);
    }

    [Fact]
    public async Task Pages_that_were_not_written_are_in_the_next_ones()
    {
        var failures = 0;
        projections.BeforeDelta = () =>
        {
            if (failures++ < 3)
                throw new TimeoutException("injected");
        };
        var before = await CrashedAsync();
        Assert.True(failures > 3);

        await using var host = await StartAsync();
        await host.Partition.SynchronizeAsync();

        Assert.True(host.Partition.Status.ResumedAfter > 0);
        Assert.Equal(before, await BalancesAsync(host));
    }

    [Fact]
    public async Task A_checkpoint_drops_the_pages_that_the_one_before_has_passed()
    {
        await CrashedAsync();
        var old = projections.Deltas.Keys.ToList();
        await using (var host = await StartAsync())
        {
            await host.Partition.SynchronizeAsync();
            await CheckpointedAsync(host);
            Assert.NotEmpty(projections.Deltas.Keys.Intersect(old));
            await host.DoAsync(Ask.Move(accounts[0], accounts[1], 1));
            await CheckpointedAsync(host);
        }

        Assert.Empty(projections.Deltas.Keys.Intersect(old));
        Assert.DoesNotContain(projections.Pages.Keys, key => old.Contains(key.Delta));
        Assert.All(accounts, account => Assert.True(projections.Accounts.ContainsKey(account)));
    }

    [Fact]
    public async Task A_start_reads_no_more_than_a_few_times_what_has_changed()
    {
        await CrashedAsync(rounds: 20);

        var chain = DeltaReader.Chain(projections.Deltas.Values, 0);
        var read = 0;
        foreach (var delta in chain)
        {
            var found = new Dictionary<Guid, AccountState>();
            for (var page = 0; page < delta.Pages; page++)
                Assert.True(delta.TryUnpack(page, projections.Pages[(delta.Id, page)], found));
            read += found.Count;
        }

        Assert.True(projections.Deltas.Count > 10);
        // With the system account.
        Assert.InRange(read, accounts.Count + 1, 3 * (accounts.Count + 1));
    }

    [Fact]
    public async Task What_a_start_has_passed_over_is_checkpointed_soon_although_the_log_is_never_quiet()
    {
        await CrashedAsync();
        await using var host = await StartAsync();
        await host.Partition.SynchronizeAsync();
        var resumed = host.Partition.Status.ResumedAfter;

        for (var second = 0; second < 10; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await host.DoAsync(Ask.Move(accounts[0], accounts[1], 1));
            // What is written is taken note of at the next turn.
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True((await projections.MarkAsync(0, CancellationToken.None)).Block >= resumed);
        Assert.All(accounts, account => Assert.Contains(projections.Chunks.Values, chunk => chunk.Account == account));
    }

    private void Damage(string damage)
    {
        var (deltas, pages) = (projections.Deltas, projections.Pages);
        var last = deltas.Values.MaxBy(delta => delta.Last)!;
        switch (damage)
        {
            case "no deltas":
                deltas.Clear();
                break;
            case "no pages":
                pages.Clear();
                break;
            case "a page torn":
                pages[(last.Id, 0)] = pages[(last.Id, 0)][..^5];
                break;
            case "a page of another delta":
                pages[(last.Id, 0)] = pages[(deltas.Values.MinBy(delta => delta.Last)!.Id, 0)];
                break;
            case "of another log":
                // Whole in itself, and of what this database had before it was restored.
                deltas.Clear();
                var other = last with { After = 0, Hash = new byte[32], Pages = 1 };
                (deltas[last.Id], pages[(last.Id, 0)]) = (other, other.Pack([.. accounts.Select(Wrong)]).Single());
                break;
            case "the first is gone":
                foreach (var delta in deltas.Values.Where(delta => delta.After == 0))
                    deltas.TryRemove(delta.Id, out _);
                break;
            default:
                projections.LoseSegments();
                break;
        }
    }

    private static AccountState Wrong(Guid id) => new()
    {
        Id = id,
        Tenant = Ask.Tenant,
        Holder = "wrong",
        Asset = Ask.Asset,
        Posted = 1_000_000,
        Sequence = 1000,
        Trail = [1],
    };

    // The clock stands still, so that no checkpoint is made; and the replica goes without a word.
    private async Task<List<long>> CrashedAsync(int rounds = 4)
    {
        var host = await StartAsync();
        for (var i = 0; i < Tail; i++)
            accounts.Add(await host.OpenAsync($"u{i}", 1000));
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < Tail; i++)
            {
                moves.Add(Ask.Move(accounts[i], accounts[(i + 3) % Tail], 1 + i));
                await host.DoAsync(moves[^1]);
            }
            for (var i = 0; i < 500 && host.Partition.Status.ToReplay > Tail; i++)
            {
                await Task.Delay(2, TestContext.Current.CancellationToken);
                await host.Partition.SynchronizeAsync();
            }
        }
        var balances = await BalancesAsync(host);
        projections = projections.Copy();
        return balances;
    }

    private async Task<long> ResumedAfterAsync()
    {
        var host = await EngineHost.StartAsync(store, projections.Copy(), time);
        await host.Partition.SynchronizeAsync();
        return host.Partition.Status.ResumedAfter;
    }

    private Task<EngineHost> StartAsync() =>
        EngineHost.StartAsync(store, projections, time, options => options.CheckpointTailRecords = Tail);

    private async Task CheckpointedAsync(EngineHost host)
    {
        while (host.Partition.Status.Unprojected > 0)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private async Task<List<long>> BalancesAsync(EngineHost host)
    {
        var balances = new List<long>();
        foreach (var account in accounts)
            balances.Add(await host.PostedAsync(account));
        return balances;
    }
}
