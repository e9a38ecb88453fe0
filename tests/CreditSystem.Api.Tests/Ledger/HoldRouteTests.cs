using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class HoldRouteTests : LedgerRoute
{
    [Fact]
    public async Task Captures_a_hold_in_parts_until_the_final_one_releases_the_rest()
    {
        var hold = await PlaceAsync(600, metadata: new { order = "17" });
        Assert.Equal(("400", "600"), await BalanceAsync());

        var first = await CaptureAsync(hold, new { amount = 100 });
        var second = await CaptureAsync(hold, new { amount = "200", final = true });
        var third = await CaptureAsync(hold, new { amount = 1 });

        Assert.Equal((200, "active", "500"), (first.Status, (string?)first.Body["hold"]!["status"], (string?)first.Body["hold"]!["remaining"]));
        Assert.Equal(("capture", "100"), ((string?)first.Body["transfer"]!["kind"], (string?)first.Body["transfer"]!["amount"]));
        Assert.Equal(("captured", "300", "0"), ((string?)second.Body["hold"]!["status"], (string?)second.Body["hold"]!["captured"], (string?)second.Body["hold"]!["remaining"]));
        Assert.Equal((409, "hold_not_active", "captured"), (third.Status, third.Code, (string?)third.Body["state"]));
        Assert.Equal(("700", "0"), await BalanceAsync());
        Assert.Equal(300, await client.PostedAsync("revenue"));
        var read = await client.ReadAsync($"/v1/holds/{hold}");
        Assert.Equal(("captured", "17"), ((string?)read.Body["status"], (string?)read.Body["metadata"]!["order"]));
    }

    [Fact]
    public async Task Releases_a_hold_that_is_voided_with_or_without_a_body()
    {
        var (one, two) = (await PlaceAsync(300), await PlaceAsync(300));

        var voided = await client.PostRawAsync($"/v1/holds/{one}/void", new ByteArrayContent([]), "v1");
        var replayed = await client.PostAsync($"/v1/holds/{one}/void", new { }, "v1");
        var other = await client.PostAsync($"/v1/holds/{two}/void", new { });
        var twice = await client.PostAsync($"/v1/holds/{two}/void", new { });

        Assert.Equal((200, "voided"), (voided.Status, (string?)voided.Body["status"]));
        Assert.Equal((true, voided.Text), (replayed.Replayed, replayed.Text));
        Assert.Equal(200, other.Status);
        Assert.Equal((409, "hold_not_active"), (twice.Status, twice.Code));
        Assert.Equal(("1000", "0"), await BalanceAsync());
    }

    [Fact]
    public async Task Lets_a_hold_expire_and_refuses_to_capture_it_then()
    {
        var hold = await PlaceAsync(300, expiresInSeconds: 60);
        Assert.Equal("2026-03-01T12:01:00.000Z", (string?)(await client.ReadAsync($"/v1/holds/{hold}")).Body["expires_at"]);

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("expired", (string?)(await client.ReadAsync($"/v1/holds/{hold}")).Body["status"]);
        Assert.Equal((409, "hold_not_active", "expired"), await CaptureStateAsync(hold));
        Assert.Equal(("1000", "0"), await BalanceAsync());
    }

    [Theory]
    [InlineData("""{"account":"$","amount":1,"expires_in_seconds":0}""", 400, "invalid_expires_at")]
    [InlineData("""{"account":"$","amount":1,"expires_in_seconds":5,"expires_at":"2026-03-01T13:00:00Z"}""", 400, "invalid_expires_at")]
    [InlineData("""{"account":"$","amount":1,"expires_at":"2046-03-01T13:00:00Z"}""", 400, "invalid_expires_at")]
    [InlineData("""{"account":"$","amount":1,"expires_at":"2026-03-01T13:00:00"}""", 400, "malformed")]
    [InlineData("""{"account":"$","amount":1,"expires_at":"2026-03-01T11:00:00Z"}""", 422, "already_expired")]
    [InlineData("""{"account":"$","amount":1001}""", 422, "insufficient_funds")]
    [InlineData("""{"account":"$","amount":1,"to":"$"}""", 422, "same_account")]
    [InlineData("""{"account":"$","amount":1,"to":"nowhere"}""", 400, "invalid_to")]
    [InlineData("""{"account":"issuance","amount":1}""", 400, "invalid_account")]
    [InlineData("""{"account":"00000000-0000-0000-0000-000000000001","amount":1}""", 404, "account_not_found")]
    public async Task Refuses_a_hold_that_cannot_be(string body, int status, string code)
    {
        var answer = await client.PostTextAsync("/v1/holds", body.Replace("$", alice, StringComparison.Ordinal));

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(("1000", "0"), await BalanceAsync());
    }

    [Fact]
    public async Task Refuses_to_capture_more_than_the_hold_and_hides_it_from_others()
    {
        var hold = await PlaceAsync(300);

        Assert.Equal("capture_exceeds_hold", (await CaptureAsync(hold, new { amount = 301 })).Code);
        Assert.Equal("hold_not_found", (await host.Client("other").PostAsync($"/v1/holds/{hold}/capture", new { })).Code);
        Assert.Equal("hold_not_found", (await host.Client("other").ReadAsync($"/v1/holds/{hold}")).Code);
        Assert.Equal("hold_not_found", (await host.Client(holder: "bob").ReadAsync($"/v1/holds/{hold}")).Code);
        Assert.Equal("hold_not_found", (await host.Client(holder: "bob").PostAsync($"/v1/holds/{hold}/void", new { })).Code);
        Assert.Equal("hold_not_found", (await client.ReadAsync("/v1/holds/1")).Code);
        Assert.Equal(200, (await host.Client(holder: "alice").ReadAsync($"/v1/holds/{hold}")).Status);
    }

    private async Task<string> PlaceAsync(long amount, int? expiresInSeconds = null, object? metadata = null)
    {
        var answer = await client.PostAsync("/v1/holds", new { account = alice, amount, expires_in_seconds = expiresInSeconds, metadata });
        Assert.True(answer.Status == 201, answer.Text);
        Assert.Equal("active", (string?)answer.Body["status"]);
        return (string)answer.Body["id"]!;
    }

    private Task<Answer> CaptureAsync(string hold, object body) => client.PostAsync($"/v1/holds/{hold}/capture", body);

    private async Task<(int, string?, string?)> CaptureStateAsync(string hold)
    {
        var answer = await CaptureAsync(hold, new { });
        return (answer.Status, answer.Code, (string?)answer.Body["state"]);
    }

    private async Task<(string?, string?)> BalanceAsync()
    {
        var balance = (await client.ReadAsync($"/v1/accounts/{alice}/balance")).Body;
        return ((string?)balance["available"], (string?)balance["held"]);
    }
}
