using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>An item that cannot be read fails alone, where items fail alone.</summary>
public sealed class MalformedItemTests : LedgerRoute
{
    private const string First = """{"id":"e1","account":"$a","amount":1}""";


    public static TheoryData<string, string> Malformed => new()
    {
        {
            """{"from":"$a","to":"revenue","amount":"1.5"}""",
            "amount: an integer number of minor units, or a string of its digits, not this string."
        },
        {
            """{"from":"$a","to":"revenue","amount":1,"memo":"x"}""",
            "unknown member `memo`; known: from, to, amount, kind, asset, reference, metadata."
        },
        { """{"from":"$a","to":"revenue","amount":1,"amount":1}""", "member `amount` is given twice." },
        { """{"from":"$a","to":"revenue","amount":1,"metadata":{"n":1}}""", "metadata.n: a string, not a number." },
        { """{"from":"$a","to":"revenue"}""", "member `amount` is required." },
        { "[]", "an object, not an array." },
        { "7", "an object, not a number." },
        { "null", "an object, not null." },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task An_item_of_a_batch_fails_alone_and_the_outcome_is_replayed(string item, string detail)
    {
        var body = Batch(Good(1), item, Good(2));
        var first = await client.PostTextAsync("/v1/transfers/batch", body, "b");
        var again = await client.PostTextAsync("/v1/transfers/batch", body, "b");
        var other = await client.PostTextAsync("/v1/transfers/batch", Batch(Good(1), """{"from":1}""", Good(2)), "b");

        Assert.Equal([201, 400, 201], Results(first).Select(result => (int)result["status"]!));
        var error = Results(first)[1]["error"]!;
        Assert.Equal("malformed", (string?)error["code"]);
        Assert.EndsWith(detail, (string?)error["detail"], StringComparison.Ordinal);
        Assert.Equal((200, true, first.Text), (again.Status, again.Replayed, again.Text));
        Assert.Equal((422, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(997, await client.PostedAsync(alice));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task An_item_of_an_atomic_batch_keeps_all_from_being_done(string item, string detail)
    {
        var body = Batch(Good(1), item)[..^1] + ",\"atomic\":true}";
        var answer = await client.PostTextAsync("/v1/transfers/batch", body, "b");

        Assert.Equal((400, "malformed"), (answer.Status, answer.Code));
        Assert.Contains(detail.Split(' ')[^1], (string?)answer.Body["detail"], StringComparison.Ordinal);
        Assert.Equal(1000, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task A_batch_that_is_malformed_itself_is_refused_whatever_its_items_are()
    {
        string[] bodies =
            [$$"""{"transfers":[{{Good(1)}},7],"x":1}""", $$"""{"transfers":[7],"transfers":[{{Good(1)}}]}""", """{"transfers":7}"""];
        foreach (var body in bodies)
            Assert.Equal((400, "malformed"), await CodeAsync("/v1/transfers/batch", body));
        Assert.Equal(1000, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task An_event_of_usage_fails_alone_and_is_charged_once_it_is_correct()
    {
        var wrong = await client.PostTextAsync("/v1/usage", Usage(First, """{"id":"e2","account":"$a","amount":true}"""));
        var right = await client.PostTextAsync("/v1/usage", Usage(First, """{"id":"e2","account":"$a","amount":2}"""));

        Assert.Equal([201, 400], Results(wrong).Select(result => (int)result["status"]!));
        Assert.Equal(("e2", "malformed"), ((string?)Results(wrong)[1]["event"], (string?)Results(wrong)[1]["error"]!["code"]));
        Assert.StartsWith("amount: ", (string?)Results(wrong)[1]["error"]!["detail"], StringComparison.Ordinal);
        Assert.Equal([201, 201], Results(right).Select(result => (int)result["status"]!));
        Assert.Equal(997, await client.PostedAsync(alice));
    }

    [Theory]
    [InlineData("""{"account":"$a","amount":1}""", "invalid_id")]
    [InlineData("""{"id":7,"account":"$a","amount":1}""", "invalid_id")]
    [InlineData("""{"id":"e1","account":7,"amount":1}""", "duplicate_event")]
    public async Task Events_that_cannot_be_told_apart_are_refused_together(string used, string code)
    {
        Assert.Equal((400, code), await CodeAsync("/v1/usage", Usage(First, used)));
        Assert.Equal(1000, await client.PostedAsync(alice));
    }

    private static string Good(int amount) => $$"""{"from":"$a","to":"revenue","amount":{{amount}}}""";

    private string Batch(params string[] items) => Named($$"""{"transfers":[{{string.Join(',', items)}}]}""");

    private string Usage(params string[] events) => Named($$"""{"events":[{{string.Join(',', events)}}]}""");

    private string Named(string body) => body.Replace("$a", alice, StringComparison.Ordinal);

    private async Task<(int, string?)> CodeAsync(string path, string body)
    {
        var answer = await client.PostTextAsync(path, Named(body));
        return (answer.Status, answer.Code);
    }

    private static List<JsonNode> Results(Answer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Body["results"]!.AsArray().Select(result => result!)];
    }
}
