using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class TransferRouteTests : IAsyncLifetime
{
    private readonly InMemoryBlockStore store = new();
    private LedgerHost host = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(store);
        client = host.Client();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Moves_credits_and_shows_them_in_balances_and_entries()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");

        var moved = await client.MoveAsync(alice, bob, 250);

        Assert.Equal(201, moved.Status);
        Assert.Equal("250", (string?)moved.Body["amount"]);
        Assert.Equal(750, await client.PostedAsync(alice));
        Assert.Equal(250, await client.PostedAsync(bob));
        Assert.Equal(-1000, await client.PostedAsync("issuance"));
        var entries = (await client.ReadAsync($"/v1/accounts/{alice}/entries")).Body["entries"]!.AsArray();
        Assert.Equal(["-250", "1000"], entries.Select(entry => (string)entry!["amount"]!));
        Assert.Equal(["750", "1000"], entries.Select(entry => (string)entry!["posted"]!));
        Assert.Equal((string?)moved.Body["id"], (string?)entries[0]!["transfer"]);
    }

    [Fact]
    public async Task Answers_a_retry_with_the_same_status_and_body_and_moves_nothing_again()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");

        var first = await client.MoveAsync(alice, bob, 100, key: "k1");
        var retry = await client.PostTextAsync("/v1/transfers", $$"""{ "amount": "100", "kind": "transfer", "to": "{{bob}}", "from": "{{alice}}" }""", key: "k1");

        Assert.False(first.Replayed);
        Assert.True(retry.Replayed);
        Assert.Equal((first.Status, first.Text), (retry.Status, retry.Text));
        Assert.Equal(900, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Replays_a_rejection_as_it_was_even_after_funds_have_arrived()
    {
        var alice = await client.OpenAsync("alice");
        var bob = await client.OpenAsync("bob");

        var first = await client.MoveAsync(alice, bob, 100, key: "k1");
        Assert.Equal(201, (await client.MoveAsync("issuance", alice, 500, kind: "purchase")).Status);
        var retry = await client.MoveAsync(alice, bob, 100, key: "k1");

        Assert.Equal(422, first.Status);
        Assert.Equal("insufficient_funds", first.Code);
        Assert.Equal(("0", "100"), ((string?)first.Body["available"], (string?)first.Body["required"]));
        Assert.True(retry.Replayed);
        Assert.Equal((first.Status, first.Text), (retry.Status, retry.Text));
        Assert.Equal(500, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Refuses_a_key_that_was_used_for_another_request()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");
        await client.MoveAsync(alice, bob, 100, key: "k1");

        var reused = await client.MoveAsync(alice, bob, 101, key: "k1");

        Assert.Equal((422, "idempotency_key_reused"), (reused.Status, reused.Code));
        Assert.Equal(900, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Finds_the_outcome_of_a_key_after_a_restart_on_the_same_log()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");
        var first = await client.MoveAsync(alice, bob, 100, key: "k1");

        await using var restarted = await LedgerHost.StartAsync(store);
        var retry = await restarted.Client().MoveAsync(alice, bob, 100, key: "k1");

        Assert.True(retry.Replayed);
        Assert.Equal((first.Status, first.Text), (retry.Status, retry.Text));
        Assert.Equal(900, await restarted.Client().PostedAsync(alice));
    }

    [Fact]
    public async Task Hides_accounts_of_another_tenant_and_of_another_user()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");

        Assert.Equal((404, "account_not_found"), await StatusAndCodeAsync(host.Client("other").ReadAsync($"/v1/accounts/{alice}/balance")));
        Assert.Equal((404, "account_not_found"), await StatusAndCodeAsync(host.Client("other").MoveAsync(alice, bob, 1)));
        Assert.Equal((404, "account_not_found"), await StatusAndCodeAsync(host.Client(holder: "bob").ReadAsync($"/v1/accounts/{alice}")));
        Assert.Equal((404, "account_not_found"), await StatusAndCodeAsync(host.Client(holder: "bob").MoveAsync(alice, bob, 1)));
        Assert.Equal((404, "account_not_found"), await StatusAndCodeAsync(host.Client(holder: "bob").MoveAsync("issuance", bob, 1)));
        Assert.Equal(201, (await host.Client(holder: "alice").MoveAsync(alice, bob, 1)).Status);
    }

    [Fact]
    public async Task Asks_for_the_scope_of_the_route()
    {
        var alice = await client.OpenFundedAsync("alice", 1000);

        Assert.Equal(403, (int)(await host.Client(scopes: "accounts:read").MoveAsync(alice, "revenue", 1)).Status);
        Assert.Equal(403, (int)(await host.Client(scopes: "transfers:write").ReadAsync($"/v1/accounts/{alice}")).Status);
    }

    private static async Task<(int, string?)> StatusAndCodeAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);
}
