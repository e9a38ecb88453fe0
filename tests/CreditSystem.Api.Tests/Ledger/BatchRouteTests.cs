using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class BatchRouteTests : LedgerRoute
{
    private string bob = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        bob = await client.OpenAsync("bob");
    }

    [Fact]
    public async Task Gives_each_item_its_own_outcome()
    {
        var answer = await BatchAsync([Item(300), Item(5000), Item(0), Item(200), Item(200_000_000)]);

        Assert.Equal(200, answer.Status);
        Assert.Equal([201, 422, 400, 201, 422], Results(answer).Select(result => (int)result["status"]!));
        Assert.Equal([0, 1, 2, 3, 4], Results(answer).Select(result => (int)result["index"]!));
        Assert.Equal([null, "insufficient_funds", "invalid_amount", null, "limit_exceeded"], Results(answer).Select(result => (string?)result["error"]?["code"]));
        Assert.Equal(("700", "5000"), ((string?)Results(answer)[1]["error"]!["available"], (string?)Results(answer)[1]["error"]!["required"]));
        Assert.Equal(500, await client.PostedAsync(alice));
        var transfer = (string)Results(answer)[3]["transfer"]!["id"]!;
        Assert.Equal("200", (string?)(await client.ReadAsync($"/v1/transfers/{transfer}")).Body["amount"]);
    }

    [Fact]
    public async Task Answers_a_retry_of_a_batch_with_the_same_body_and_executes_nothing_again()
    {
        var first = await BatchAsync([Item(300), Item(5000)], key: "b1");
        Assert.Equal(201, (await client.MoveAsync("issuance", alice, 10_000, kind: "purchase")).Status);
        var retry = await BatchAsync([Item(300), Item(5000)], key: "b1");

        Assert.True(retry.Replayed);
        Assert.Equal((first.Status, first.Text), (retry.Status, retry.Text));
        Assert.Equal(10_700, await client.PostedAsync(alice));
    }

    [Theory]
    [InlineData("""{"from":"issuance","to":"A","amount":"x","metadata":{"a":"1","b":"2"}}""", true)]
    [InlineData("""{ "metadata": {"b":"2", "a":"\u0031"}, "amount":"x", "to":"A", "from":"issuance" }""", true)]
    [InlineData("""{"from":"issuance","to":"A","amount":"y","metadata":{"a":"1","b":"2"}}""", false)]
    [InlineData("""{"from":"issuance","to":"A","amount":"x","metadata":{"a":"1","b":"3"}}""", false)]
    public async Task A_retry_with_an_item_that_cannot_be_read_is_known_by_what_it_says(string item, bool isSame)
    {
        const string Unreadable = """{"from":"issuance","to":"A","amount":"x","metadata":{"a":"1","b":"2"}}""";
        var first = await SendAsync(Unreadable);
        var retry = await SendAsync(item);

        Assert.Equal([201, 400], Results(first).Select(result => (int)result["status"]!));
        Assert.Equal(isSame ? (200, null) : (422, "idempotency_key_reused"), (retry.Status, retry.Code));
        Assert.Equal(isSame, retry.Replayed);

        Task<Answer> SendAsync(string unreadable) => client.PostTextAsync(
            "/v1/transfers/batch", $$"""{"transfers":[{"from":"{{alice}}","to":"{{bob}}","amount":1},{{unreadable}}]}""", "b1");
    }

    [Fact]
    public async Task Refuses_the_key_of_a_batch_for_a_longer_batch_and_executes_none_of_it()
    {
        await BatchAsync([Item(1)], key: "b1");
        var longer = await BatchAsync([Item(1), Item(2)], key: "b1");
        var single = await client.MoveAsync(alice, bob, 1, key: "b1");

        Assert.Equal((422, "idempotency_key_reused"), (longer.Status, longer.Code));
        Assert.Equal((422, "idempotency_key_reused"), (single.Status, single.Code));
        Assert.Equal(999, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Does_not_execute_at_a_retry_what_was_outside_the_bounds_before()
    {
        var first = await BatchAsync([Item(5), Item(200_000_000)], key: "b1");
        await using var generous = await LedgerHost.StartAsync(store, time, options => options.Assets["credits"].MaxAmount = long.MaxValue);
        var retry = await BatchAsync([Item(5), Item(200_000_000)], key: "b1", client: generous.Client());

        Assert.True(retry.Replayed);
        Assert.Equal(Results(first).Select(result => (int)result["status"]!), Results(retry).Select(result => (int)result["status"]!));
    }

    [Fact]
    public async Task Does_all_of_an_atomic_batch_or_none_and_names_the_item_that_failed()
    {
        var done = await BatchAsync([Item(300), Item(200)], atomic: true, key: "b1");
        var failed = await BatchAsync([Item(300), Item(201)], atomic: true, key: "b2");
        var retry = await BatchAsync([Item(300), Item(201)], atomic: true, key: "b2");
        var malformed = await BatchAsync([Item(1), Item(1), Item(-1)], atomic: true);

        Assert.Equal(200, done.Status);
        Assert.Equal([(201, "300"), (201, "200")], Results(done).Select(result => ((int)result["status"]!, (string)result["transfer"]!["amount"]!)));
        Assert.NotNull(done.Body["id"]);
        Assert.Equal((422, "insufficient_funds", 1), (failed.Status, failed.Code, (int)failed.Body["index"]!));
        Assert.Equal((true, failed.Text), (retry.Replayed, retry.Text));
        Assert.Equal((400, "invalid_amount", 2), (malformed.Status, malformed.Code, (int)malformed.Body["index"]!));
        Assert.Equal(500, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Replays_a_batch_after_a_restart()
    {
        var first = await BatchAsync([Item(300), Item(5000)], key: "b1");
        await using var restarted = await LedgerHost.StartAsync(store, time);
        var retry = await BatchAsync([Item(300), Item(5000)], key: "b1", client: restarted.Client());

        Assert.Equal((true, first.Text), (retry.Replayed, retry.Text));
    }

    [Fact]
    public async Task Takes_a_thousand_items_and_refuses_more_or_none()
    {
        var thousand = await BatchAsync([.. Enumerable.Repeat(Item(1), 1000)]);
        var appends = store.Appends;

        Assert.Equal(1000, Results(thousand).Count(result => (int)result["status"]! == 201));
        Assert.Equal("batch_too_large", (await BatchAsync([.. Enumerable.Repeat(Item(1), 1001)])).Code);
        Assert.Equal("empty_batch", (await BatchAsync([])).Code);
        Assert.Equal(appends, store.Appends);
        Assert.Equal(0, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Hides_the_accounts_of_others_from_a_user_in_a_batch()
    {
        var answer = await BatchAsync([Item(1), new { from = bob, to = alice, amount = 1 }], client: host.Client(holder: "alice"));

        Assert.Equal([201, 404], Results(answer).Select(result => (int)result["status"]!));
    }

    private object Item(long amount) => new { from = alice, to = bob, amount };

    private Task<Answer> BatchAsync(object[] transfers, bool atomic = false, string? key = null, HttpClient? client = null) =>
        (client ?? this.client).PostAsync("/v1/transfers/batch", new { transfers, atomic }, key);

    private static List<JsonNode> Results(Answer answer) => [.. answer.Body["results"]!.AsArray().Select(result => result!)];
}
