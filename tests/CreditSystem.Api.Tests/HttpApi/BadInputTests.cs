using System.Net.Http.Headers;
using System.Text;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>What a ledger must refuse, each with a code of its own, and with nothing in the log afterwards.</summary>
public sealed class BadInputTests() : LedgerRoute(options => options.Assets["points"] = new() { MinAmount = 5 })
{
    private string bob = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        bob = await client.OpenAsync("bob");
    }

    public static TheoryData<string, int, string> Amounts => new()
    {
        { "0", 400, "invalid_amount" },
        { "\"0\"", 400, "invalid_amount" },
        { "-1", 400, "invalid_amount" },
        { "\"-9223372036854775808\"", 400, "invalid_amount" },
        { "100000001", 422, "limit_exceeded" },
        { "9223372036854775807", 422, "limit_exceeded" },
        { "9223372036854775808", 400, "malformed" },
        { "\"9223372036854775808\"", 400, "malformed" },
        { $"\"{new string('9', 1000)}\"", 400, "malformed" },
        { new string('9', 1000), 400, "malformed" },
        { "1.5", 400, "malformed" },
        { "1.0", 400, "malformed" },
        { "\"1.00\"", 400, "malformed" },
        { "1e2", 400, "malformed" },
        { "\"1e2\"", 400, "malformed" },
        { "\"+1\"", 400, "malformed" },
        { "\" 1\"", 400, "malformed" },
        { "\"1,000\"", 400, "malformed" },
        { "\"0x10\"", 400, "malformed" },
        { "\"٣\"", 400, "malformed" },
        { "\"\"", 400, "malformed" },
        { "null", 400, "malformed" },
        { "true", 400, "malformed" },
        { "[1]", 400, "malformed" },
        { "NaN", 400, "malformed" },
        { "01", 400, "malformed" },
    };

    [Theory]
    [MemberData(nameof(Amounts))]
    public Task Refuses_an_amount_that_is_none(string amount, int status, string code) =>
        RefusesAsync($$"""{"from":"{{alice}}","to":"{{bob}}","amount":{{amount}}}""", status, code);

    [Theory]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"amount":2}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"Amount":2}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"tenant":"other"}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b"}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1}{"amount":2}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1} trailing""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"metadata":{"a":"1","a":"2"}}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"metadata":{"a":{"b":"c"}}}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"metadata":{"a":"\u0000"}}""", 400, "invalid_metadata")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":""}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"a\u0000b"}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"a\nb"}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"\ud800"}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"\udc00\ud800"}""", 400, "malformed")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"a\u202eb"}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"a\u2028b"}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"reference":"\ufeffa"}""", 400, "invalid_reference")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"kind":"gift"}""", 400, "invalid_kind")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"kind":"expiry"}""", 400, "invalid_kind")]
    [InlineData("""{"from":"$a","to":"$b","amount":1,"asset":"gold"}""", 400, "unknown_asset")]
    [InlineData("""{"from":"alice","to":"$b","amount":1}""", 400, "invalid_from")]
    [InlineData("""{"from":"$a","to":"{$b}","amount":1}""", 400, "invalid_to")]
    public Task Refuses_a_body_that_is_wrong_in_itself(string body, int status, string code) => RefusesAsync(body, status, code);

    [Fact]
    public async Task Refuses_texts_that_are_too_long()
    {
        await RefusesAsync($$"""{"from":"{{alice}}","to":"{{bob}}","amount":1,"reference":"{{new string('x', 65)}}"}""", 400, "invalid_reference");
        await RefusesAsync(WithMetadata(1017), 400, "invalid_metadata");
        Assert.Equal(201, (await client.PostTextAsync("/v1/transfers", WithMetadata(1016))).Status);
    }

    [Fact]
    public async Task Records_what_depends_on_the_state_and_moves_nothing()
    {
        var points = (string)(await client.PostAsync("/v1/accounts", new { holder = "alice", asset = "points" })).Body["id"]!;
        var foreign = await host.Client("other").OpenAsync("carol");

        Assert.Equal((422, "asset_mismatch"), await MoveAsync(alice, points));
        Assert.Equal((404, "account_not_found"), await MoveAsync(alice, foreign));
        Assert.Equal((404, "account_not_found"), await MoveAsync(foreign, alice));
        Assert.Equal((404, "account_not_found"), await MoveAsync(Guid.NewGuid().ToString(), bob));
        Assert.Equal((422, "same_account"), await MoveAsync(alice, alice));
        Assert.Equal(1000, await client.PostedAsync(alice));
        Assert.Equal((422, "limit_exceeded"), await CodeAsync(client.PostAsync("/v1/transfers", new { from = "issuance", to = points, amount = 4, asset = "points" })));
    }

    [Theory]
    [InlineData(null, "idempotency_key_required")]
    [InlineData("", "idempotency_key_required")]
    [InlineData("ä", "invalid_idempotency_key")]
    [InlineData("tab\there", "invalid_idempotency_key")]
    [InlineData("256", "invalid_idempotency_key")]
    public async Task Refuses_a_key_that_is_none(string? key, string code)
    {
        var before = store.Appends;
        using var content = new StringContent($$"""{"from":"{{alice}}","to":"{{bob}}","amount":1}""", Encoding.UTF8, "application/json");

        var answer = await client.PostRawAsync("/v1/transfers", content, key == "256" ? new string('k', 256) : key);

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal(before, store.Appends);
    }

    [Fact]
    public async Task Takes_every_printable_key_of_up_to_255_characters() =>
        Assert.Equal(201, (await client.MoveAsync(alice, bob, 1, key: string.Concat(Enumerable.Range(' ' + 1, 94).Select(code => (char)code)).PadRight(255, 'k'))).Status);

    [Fact]
    public async Task Refuses_another_content_type_and_a_body_that_is_too_large_or_too_deep()
    {
        var before = store.Appends;
        using var plain = new StringContent("{}", Encoding.UTF8, "text/plain");
        using var large = new ByteArrayContent(new byte[1024 * 1024 + 1]);
        large.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        Assert.Equal((415, "unsupported_media_type"), await CodeAsync(client.PostRawAsync("/v1/transfers", plain, "k1")));
        Assert.Equal((413, "payload_too_large"), await CodeAsync(client.PostRawAsync("/v1/transfers", large, "k2")));
        Assert.Equal((400, "malformed"), await CodeAsync(client.PostTextAsync("/v1/transfers", $"{{\"from\":{new string('[', 20)}{new string(']', 20)}}}")));
        Assert.Equal(before, store.Appends);
    }

    /// <summary>Eight bytes of the object itself, and the value.</summary>
    private string WithMetadata(int length) => $$$"""{"from":"{{{alice}}}","to":"{{{bob}}}","amount":1,"metadata":{"a":"{{{new string('x', length)}}}"}}""";

    private async Task RefusesAsync(string body, int status, string code)
    {
        var before = store.Appends;

        var answer = await client.PostTextAsync("/v1/transfers", body.Replace("$a", alice, StringComparison.Ordinal).Replace("$b", bob, StringComparison.Ordinal));

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(before, store.Appends);
    }

    private Task<(int, string?)> MoveAsync(string from, string to) => CodeAsync(client.MoveAsync(from, to, 1));

    private static async Task<(int, string?)> CodeAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Code);
}
