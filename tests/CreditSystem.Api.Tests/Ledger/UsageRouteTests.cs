using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class UsageRouteTests : LedgerRoute
{
    [Fact]
    public async Task Charges_an_event_once_whatever_request_brings_it()
    {
        var first = await UseAsync([Event("e1", 100), Event("e2", 50)]);
        var overlapping = await UseAsync([Event("e2", 50), Event("e3", 25)]);

        Assert.Equal(825, await client.PostedAsync(alice));
        Assert.Equal([201, 201], Results(overlapping).Select(result => (int)result["status"]!));
        Assert.Equal((string?)Results(first)[1]["transfer"]!["id"], (string?)Results(overlapping)[0]["transfer"]!["id"]);
        Assert.Equal("e2", (string?)Results(overlapping)[0]["transfer"]!["metadata"]!["event_id"]);
    }

    [Fact]
    public async Task Replays_a_request_under_its_key_and_refuses_the_key_for_other_events()
    {
        var first = await UseAsync([Event("e1", 100), Event("e2", 5000)], "u1");
        var retry = await UseAsync([Event("e1", 100), Event("e2", 5000)], "u1");
        var other = await UseAsync([Event("e1", 100), Event("e3", 1)], "u1");

        Assert.Equal([201, 422], Results(first).Select(result => (int)result["status"]!));
        Assert.Equal((true, first.Text), (retry.Replayed, retry.Text));
        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(900, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Refuses_another_event_under_a_known_id()
    {
        await UseAsync([Event("e1", 100)]);

        var reused = await UseAsync([Event("e1", 101)]);

        Assert.Equal((422, "event_id_reused"), ((int)Results(reused)[0]["status"]!, (string?)Results(reused)[0]["error"]!["code"]));
        Assert.Equal(900, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task Does_not_let_a_user_take_the_id_of_an_event_that_is_still_to_come()
    {
        Assert.Equal(201, (int)Results(await UseAsync([Event("e1", 1)], client: host.Client(holder: "alice")))[0]["status"]!);

        var metered = await UseAsync([Event("e1", 100)]);

        Assert.Equal(201, (int)Results(metered)[0]["status"]!);
        Assert.Equal(899, await client.PostedAsync(alice));
        Assert.Equal(404, (int)Results(await UseAsync([Event("e9", 1)], client: host.Client(holder: "bob")))[0]["status"]!);
    }

    [Theory]
    [InlineData("""{"events":[]}""", "empty_batch")]
    [InlineData("""{"events":[null]}""", "malformed")]
    [InlineData("""{"events":[{"id":"","account":"$","amount":1}]}""", "invalid_id")]
    [InlineData("""{"events":[{"id":"a\u0000","account":"$","amount":1}]}""", "invalid_id")]
    [InlineData("""{"events":[{"id":"a","account":"$","amount":1},{"id":"a","account":"$","amount":1}]}""", "duplicate_event")]
    public async Task Refuses_events_that_cannot_be_told_apart(string body, string code)
    {
        var answer = await client.PostTextAsync("/v1/usage", body.Replace("$", alice, StringComparison.Ordinal));

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal(1000, await client.PostedAsync(alice));
    }

    private object Event(string id, long amount) => new { id, account = alice, amount };

    private Task<Answer> UseAsync(object[] events, string? key = null, HttpClient? client = null) => (client ?? this.client).PostAsync("/v1/usage", new { events }, key);

    private static List<JsonNode> Results(Answer answer) => [.. answer.Body["results"]!.AsArray().Select(result => result!)];
}
