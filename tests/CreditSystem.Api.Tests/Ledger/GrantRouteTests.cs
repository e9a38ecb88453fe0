using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class GrantRouteTests() : LedgerRoute(funds: 0)
{
    [Fact]
    public async Task Burns_grants_down_in_order_and_says_which_ones_paid()
    {
        var late = await IssueAsync(new { account = alice, amount = 100, expires_at = "2026-05-01T00:00:00Z" });
        var soon = await IssueAsync(new { account = alice, amount = 100, expires_at = "2026-04-01T00:00:00+02:00" });
        var first = await IssueAsync(new { account = alice, amount = 100, priority = 0, promotional = true });

        var used = await client.PostAsync("/v1/usage", new { events = new[] { new { id = "e1", account = alice, amount = 250 } } });

        var transfer = used.Body["results"]![0]!["transfer"]!;
        Assert.Equal("burn", (string?)transfer["kind"]);
        Assert.Equal(
            [(first, "100"), (soon, "100"), (late, "50")],
            transfer["allocations"]!.AsArray().Select(part => ((string)part!["grant"]!, (string)part["amount"]!)));
        var left = Assert.Single(await GrantsAsync());
        Assert.Equal((late, "50", "active", "issuance"), ((string)left["id"]!, (string)left["remaining"]!, (string)left["status"]!, (string)left["source"]!));
        Assert.Equal(-100, await client.PostedAsync("promo"));
    }

    [Fact]
    public async Task Lists_grants_in_the_order_of_burn_down_page_by_page()
    {
        var ids = new List<string>();
        for (var i = 4; i >= 0; i--)
            ids.Insert(0, await IssueAsync(new { account = alice, amount = 10, priority = i }));

        var first = (await client.ReadAsync($"/v1/accounts/{alice}/grants?limit=2")).Body;
        // The grants of the first page are spent in between; the second page begins where it would have.
        await client.PostAsync("/v1/usage", new { events = new[] { new { id = "e1", account = alice, amount = 15 } } });
        var second = (await client.ReadAsync($"/v1/accounts/{alice}/grants?limit=2&cursor={first["next_cursor"]}")).Body;
        var third = (await client.ReadAsync($"/v1/accounts/{alice}/grants?limit=2&cursor={second["next_cursor"]}")).Body;

        Assert.Equal(ids, new[] { first, second, third }.SelectMany(page => page["grants"]!.AsArray()).Select(grant => (string)grant!["id"]!));
        Assert.Null(third["next_cursor"]);
        Assert.Equal("invalid_cursor", (await client.ReadAsync($"/v1/accounts/{alice}/grants?cursor=AAAA")).Code);
    }

    [Fact]
    public async Task Keeps_a_grant_pending_until_it_is_effective_and_lets_it_expire()
    {
        await IssueAsync(new { account = alice, amount = 100, effective_at = "2026-03-02T00:00:00Z", expires_at = "2026-03-03T00:00:00Z" });
        Assert.Equal("pending", (string?)(await GrantsAsync())[0]["status"]);
        Assert.Equal("0", (string?)(await client.ReadAsync($"/v1/accounts/{alice}/balance")).Body["available"]);

        time.SetUtcNow(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal("active", (string?)(await GrantsAsync())[0]["status"]);
        Assert.Equal("100", (string?)(await client.ReadAsync($"/v1/accounts/{alice}/balance")).Body["available"]);

        time.SetUtcNow(new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero));
        Assert.Empty(await GrantsAsync());
        Assert.Equal(100, await client.PostedAsync("breakage"));
    }

    [Fact]
    public async Task Voids_what_is_left_of_a_grant_and_keeps_every_outcome_under_its_key()
    {
        var grant = await IssueAsync(new { account = alice, amount = 100 });
        Assert.Equal(201, (await client.MoveAsync(alice, "revenue", 30, kind: "burn")).Status);

        var voided = await VoidAsync(grant, "v1");
        var retry = await VoidAsync(grant, "v1");
        var again = await VoidAsync(grant, "v2");
        var unknown = await VoidAsync(Guid.NewGuid().ToString(), "v3");

        Assert.Equal((200, "voided", "70"), (voided.Status, (string?)voided.Body["grant"]!["status"], (string?)voided.Body["transfer"]!["amount"]));
        Assert.Equal((true, voided.Text), (retry.Replayed, retry.Text));
        Assert.Equal((409, "grant_not_active"), (again.Status, again.Code));
        Assert.Equal((404, "grant_not_found"), (unknown.Status, unknown.Code));
        Assert.Equal(0, await client.PostedAsync(alice));
        Assert.Equal("grant_not_found", (await host.Client("other").PostAsync($"/v1/grants/{grant}/void", new { })).Code);
    }

    [Fact]
    public async Task Does_not_void_what_a_hold_has_set_aside()
    {
        var grant = await IssueAsync(new { account = alice, amount = 100 });
        Assert.Equal(201, (await client.PostAsync("/v1/holds", new { account = alice, amount = 40 })).Status);

        var refused = await VoidAsync(grant, "v1");

        Assert.Equal((409, "grant_held"), (refused.Status, refused.Code));
        Assert.Equal("40", (string?)(await GrantsAsync())[0]["held"]);
    }

    [Theory]
    [InlineData("""{"account":"$","amount":1,"priority":-1}""", 400, "invalid_priority")]
    [InlineData("""{"account":"$","amount":1,"priority":1001}""", 400, "invalid_priority")]
    [InlineData("""{"account":"$","amount":1,"source":"revenue"}""", 400, "invalid_source")]
    [InlineData("""{"account":"promo","amount":1}""", 400, "invalid_account")]
    [InlineData("""{"account":"$","amount":1,"expires_at":"2026-02-01T00:00:00Z"}""", 422, "already_expired")]
    [InlineData("""{"account":"$","amount":1,"effective_at":"2027-02-01T00:00:00Z","expires_at":"2027-02-01T00:00:00Z"}""", 422, "already_expired")]
    [InlineData("""{"account":"$","amount":1,"expires_at":"soon"}""", 400, "malformed")]
    [InlineData("""{"account":"$","amount":100000001}""", 422, "limit_exceeded")]
    public async Task Refuses_a_grant_that_cannot_be(string body, int status, string code)
    {
        var answer = await client.PostTextAsync("/v1/grants", body.Replace("$", alice, StringComparison.Ordinal));

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Empty(await GrantsAsync());
    }

    private async Task<string> IssueAsync(object body)
    {
        var answer = await client.PostAsync("/v1/grants", body);
        Assert.True(answer.Status == 201, answer.Text);
        return (string)answer.Body["id"]!;
    }

    private Task<Answer> VoidAsync(string grant, string key) => client.PostAsync($"/v1/grants/{grant}/void", new { }, key);

    private async Task<List<JsonNode>> GrantsAsync() =>
        [.. (await client.ReadAsync($"/v1/accounts/{alice}/grants")).Body["grants"]!.AsArray().Select(grant => grant!)];
}
