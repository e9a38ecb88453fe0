using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Lists;

/// <summary>A filter means the same beside others as alone, however what it names is written.</summary>
public sealed class CombinedFilterTests : IAsyncLifetime
{
    private readonly InMemoryBlockStore store = new();
    private LedgerHost host = null!;
    private HttpClient client = null!;
    private string alice = null!;

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(
            store, configure: options => options.Assets["points"] = new AssetOptions { Scale = 0 });
        client = host.Client();
        alice = await client.OpenFundedAsync("alice", 1000);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_reference_is_found_beside_either_account_by_name_and_by_id_in_either_case()
    {
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 7, reference = "inv-7" });
        await client.PostAsync("/v1/holds", new { account = alice, amount = 1, reference = "job-1" });
        var revenue = (string)(await client.ReadAsync("/v1/accounts/revenue")).Body["id"]!;

        foreach (var account in new[] { alice, alice.ToUpperInvariant(), "revenue", revenue })
            Assert.Single(await ItemsAsync($"/v1/transfers?reference=inv-7&account={account}", "transfers"));
        Assert.Single(await ItemsAsync($"/v1/holds?reference=job-1&account={alice.ToUpperInvariant()}", "holds"));
        Assert.Empty(await ItemsAsync("/v1/transfers?reference=inv-7&account=promo", "transfers"));
    }

    [Theory]
    [InlineData("/v1/transfers?account=")]
    [InlineData("/v1/transfers?reference=inv-7&account=")]
    public async Task An_account_that_is_not_there_is_missed_with_a_reference_as_without(string path)
    {
        var answer = await client.ReadAsync(path + Guid.NewGuid());

        Assert.Equal((404, "account_not_found"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("alice", 1)]
    [InlineData("%20alice%E2%80%8B", 1)]
    [InlineData("bob", 0)]
    public async Task A_holder_is_one_in_every_form_of_its_name_alone_and_beside_its_account(string holder, int found)
    {
        Assert.Equal(found, (await ItemsAsync($"/v1/accounts?holder={holder}", "accounts")).Count);
        Assert.Equal(found, (await ItemsAsync($"/v1/transfers?holder={holder}", "transfers")).Count);
        Assert.Equal(found, (await ItemsAsync($"/v1/transfers?holder={holder}&account={alice}", "transfers")).Count);
    }

    [Fact]
    public async Task What_is_between_an_account_and_another_holder_is_found_by_both()
    {
        var bob = await client.OpenAsync("bob");
        await client.MoveAsync(alice, bob, 5);
        await client.MoveAsync(alice, "revenue", 6);
        await client.PostAsync("/v1/holds", new { account = alice, amount = 1 });

        foreach (var path in new[] { $"/v1/transfers?account={alice}&holder=bob", $"/v1/transfers?account={bob}&holder=alice" })
            Assert.Equal("5", (string?)Assert.Single(await ItemsAsync(path, "transfers"))["amount"]);
        Assert.Empty(await ItemsAsync($"/v1/holds?account={alice}&holder=bob", "holds"));
    }

    [Fact]
    public async Task A_holders_accounts_come_in_pages_of_the_limit()
    {
        var points = (string)(await client.PostAsync("/v1/accounts", new { holder = "alice", asset = "points" })).Body["id"]!;

        var first = await client.ReadAsync("/v1/accounts?holder=alice&limit=1");
        var second = await client.ReadAsync($"/v1/accounts?holder=alice&limit=1&cursor={first.Body["next_cursor"]}");

        Assert.Equal(
            new[] { alice, points }.Order(),
            new[] { first, second }.Select(page => (string)Assert.Single(page.Body["accounts"]!.AsArray())!["id"]!).Order());
        Assert.Null(second.Body["next_cursor"]);
    }

    [Theory]
    [InlineData("/v1/accounts?holder=alice&cursor=AAAA")]
    [InlineData("/v1/transfers?reference=inv-7&cursor=AAAA")]
    public async Task A_cursor_that_no_page_gave_is_refused(string path)
    {
        var answer = await client.ReadAsync(path);

        Assert.Equal((400, "invalid_cursor"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_account_that_was_changed_several_times_in_a_block_is_found_once_by_what_it_has_now()
    {
        using (var declared = await client.PutAsync("/v1/metadata-keys/team", null, TestContext.Current.CancellationToken))
            Assert.Equal(204, (int)declared.StatusCode);
        while (!IsChangedTwiceInABlock())
        {
            // What comes while a block is written is the next one.
            store.BeforeAppend = _ => Task.Delay(100, TestContext.Current.CancellationToken);
            foreach (var change in await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ChangeAsync(i % 2 == 0 ? "red" : "blue"))))
                Assert.Equal(200, change);
        }

        var team = (string)(await client.ReadAsync($"/v1/accounts/{alice}")).Body["metadata"]!["team"]!;
        foreach (var other in new[] { "red", "blue" })
            Assert.Equal(
                other == team ? [alice] : [],
                (await ItemsAsync($"/v1/accounts?metadata.team={other}", "accounts")).Select(account => (string)account["id"]!));
    }

    [Fact]
    public async Task An_account_that_was_changed_several_times_in_a_block_is_on_one_page()
    {
        var bob = await client.OpenAsync("bob");
        using var declared = await client.PutAsync("/v1/metadata-keys/team", null, TestContext.Current.CancellationToken);
        // All have the same colour, and between two changes of one account there is one of the other.
        while (!IsChangedBetweenInABlock())
        {
            store.BeforeAppend = _ => Task.Delay(100, TestContext.Current.CancellationToken);
            await Task.WhenAll(Enumerable.Range(0, 12).Select(i => ChangeAsync("red", i % 2 == 0 ? alice : bob)));
        }

        var (found, cursor) = (new List<string>(), "");
        do
        {
            var page = (await client.ReadAsync($"/v1/accounts?metadata.team=red&limit=1{cursor}")).Body;
            found.AddRange(page["accounts"]!.AsArray().Select(account => (string)account!["id"]!));
            cursor = page["next_cursor"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);
        Assert.Equal(new[] { alice, bob }.Order(), found.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("&status=active")]
    [InlineData("&reference=gift")]
    public async Task A_grant_is_on_the_account_that_it_was_given_to(string filter)
    {
        var grant = (string)(await client.PostAsync("/v1/grants", new { account = alice, amount = 5, reference = "gift" })).Body["id"]!;

        Assert.Equal(grant, (string?)Assert.Single(await ItemsAsync($"/v1/grants?account={alice}{filter}", "grants"))["id"]);
        Assert.Empty(await ItemsAsync($"/v1/grants?account=issuance{filter}", "grants"));
        Assert.Empty(await ItemsAsync($"/v1/grants?account=promo{filter}", "grants"));
    }

    private bool IsChangedBetweenInABlock() => Enumerable.Range(0, 4).SelectMany(store.Blocks).Any(block =>
    {
        var changed = block.ReadRecords().Where(record => record.Postings is [{ Kind: TransferKind.AccountChange }])
            .Select(record => record.Postings[0].Entries[0].Account).ToList();
        return changed.Distinct().Count() == 2 && changed.LastIndexOf(changed[0]) > changed.FindIndex(account => account != changed[0]);
    });

    private bool IsChangedTwiceInABlock() => Enumerable.Range(0, 4).SelectMany(store.Blocks)
        .Any(block => block.ReadRecords().Count(record => record.Postings is [{ Kind: TransferKind.AccountChange }]) > 1);

    private async Task<int> ChangeAsync(string team, string? account = null)
    {
        using var answer = await client.PatchAsync(
            $"/v1/accounts/{account ?? alice}",
            JsonContent.Create(new { reason = "r", display_name = $"{Guid.NewGuid()}", metadata = new { team } }),
            TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private async Task<List<JsonNode>> ItemsAsync(string path, string member)
    {
        var answer = await client.ReadAsync(path);
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Body[member]!.AsArray().Select(item => item!)];
    }
}
