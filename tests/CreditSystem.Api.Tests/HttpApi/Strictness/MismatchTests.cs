using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>What does not fit says where it is, what is expected, and what is known.</summary>
public sealed class MismatchTests : IAsyncLifetime
{
    private const string Amount = "an integer number of minor units, or a string of its digits";
    private const string Time = "a time of RFC 3339 with an offset, such as 2026-01-31T12:00:00Z";
    private const string Members = "from, to, amount, kind, asset, reference, metadata";

    private readonly InMemoryBlockStore store = new();
    private LedgerHost host = null!;

    public async ValueTask InitializeAsync() => host = await LedgerHost.StartAsync(store);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("""{"from":"a","to":"b","amount":1,"metadata":{"n":1}}""", "metadata.n: a string, not a number.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"metadata":{"n":{}}}""", "metadata.n: a string, not an object.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"metadata":["n"]}""", "metadata: an object, not an array.")]
    [InlineData("""{"from":7,"to":"b","amount":1}""", "from: a string, not a number.")]
    [InlineData("""{"from":null,"to":"b","amount":1}""", "from: a string, not null.")]
    [InlineData("""{"from":"a","to":"b","amount":true}""", $"amount: {Amount}, not true.")]
    [InlineData("""{"from":"a","to":"b","amount":"1e3"}""", $"amount: {Amount}, not this string.")]
    [InlineData("""{"from":"a","to":"b","amount":1.5}""", $"amount: {Amount}, not a number.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"memo":"x"}""", $"unknown member `memo`; known: {Members}.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"Amount":2}""", $"unknown member `Amount`; known: {Members}.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"unreadable":"x"}""", $"unknown member `unreadable`; known: {Members}.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"amount":1}""", "member `amount` is given twice.")]
    [InlineData("""{"from":"a","to":"b","amount":1,"metadata":{"n":"1","n":"1"}}""", "member `metadata.n` is given twice.")]
    [InlineData("""{"from":"a","to":"b"}""", "member `amount` is required.")]
    [InlineData("""[]""", "The body: an object, not an array.")]
    [InlineData("""7""", "The body: an object, not a number.")]
    public Task A_transfer_says_what_is_wrong_with_it(string body, string detail) => RefusesAsync("/v1/transfers", body, detail);

    [Theory]
    [InlineData("""{"account":"a","amount":1,"expires_at":"2026-01-31"}""", $"expires_at: {Time}, not this string.")]
    [InlineData("""{"account":"a","amount":1,"expires_at":1769860800}""", $"expires_at: {Time}, not a number.")]
    [InlineData("""{"account":"a","amount":"1e3"}""", $"amount: {Amount}, not this string.")]
    [InlineData("""{"account":"a","amount":1,"promotional":"yes"}""", "promotional: true or false, not this string.")]
    [InlineData("""{"account":"a","amount":1,"priority":"high"}""", "priority: an integer, not this string.")]
    public Task A_grant_says_what_is_wrong_with_it(string body, string detail) => RefusesAsync("/v1/grants", body, detail);

    [Theory]
    [InlineData("""{"transfers":{}}""", "transfers: an array, not an object.")]
    [InlineData("""{"transfers":[],"atomic":1}""", "atomic: true or false, not a number.")]
    [InlineData(
        """{"transfers":[{"from":"a","to":"b","amount":1},{"from":"a","to":"b","amount":"x"}],"atomic":true}""",
        $"transfers[1].amount: {Amount}, not this string.")]
    [InlineData(
        """{"transfers":[{"from":"a","to":"b","amount":1,"x":1}],"atomic":true}""", $"unknown member `transfers[0].x`; known: {Members}.")]
    [InlineData("""{"transfers":[{"from":"a","to":"b"}],"atomic":true}""", "member `transfers[0].amount` is required.")]
    public Task A_batch_says_which_item_is_wrong(string body, string detail) => RefusesAsync("/v1/transfers/batch", body, detail);

    [Fact]
    public Task A_name_is_shown_as_far_as_it_helps() => RefusesAsync(
        "/v1/transfers", $$"""{"{{new string('x', 500)}}":1}""", $"unknown member `{new string('x', 64)}…`; known: {Members}.");

    private async Task RefusesAsync(string path, string body, string detail)
    {
        var before = store.Appends;
        var answer = await host.Client().PostTextAsync(path, body);

        Assert.Equal((400, "malformed", detail), (answer.Status, answer.Code, (string?)answer.Body["detail"]));
        Assert.Equal(before, store.Appends);
    }
}
