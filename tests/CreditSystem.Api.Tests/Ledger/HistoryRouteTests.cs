using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class HistoryRouteTests : LedgerRoute
{
    [Fact]
    public async Task Shows_the_balance_of_any_time_since_the_account_was_opened()
    {
        time.Advance(TimeSpan.FromHours(1));
        await client.MoveAsync(alice, "revenue", 100);
        time.Advance(TimeSpan.FromHours(1));
        await client.MoveAsync(alice, "revenue", 200);

        Assert.Equal(("1000", 1), await AtAsync("2026-03-01T12:59:59.999Z"));
        Assert.Equal(("900", 2), await AtAsync("2026-03-01T13:00:00Z"));
        Assert.Equal(("900", 2), await AtAsync("2026-03-01T14:30:00%2B01:00"));
        Assert.Equal(("700", 3), await AtAsync("2026-03-01T14:00:00Z"));
        Assert.Equal(("700", 3), await AtAsync("2030-01-01T00:00:00Z"));
        Assert.Equal((404, "account_not_found"), await CodeAsync($"/v1/accounts/{alice}/balance?at=2026-03-01"));
        Assert.Equal((400, "invalid_at"), await CodeAsync($"/v1/accounts/{alice}/balance?at=yesterday"));
    }

    [Fact]
    public async Task Pages_through_all_entries_while_new_ones_arrive()
    {
        for (var i = 1; i <= 6; i++)
            await client.MoveAsync(alice, "revenue", i);
        var amounts = new List<string>();
        var path = $"/v1/accounts/{alice}/entries?limit=3";
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await client.ReadAsync(path + cursor)).Body;
            amounts.AddRange(page["entries"]!.AsArray().Select(entry => (string)entry!["amount"]!));
            cursor = (string?)page["next_cursor"] is { } next ? $"&cursor={next}" : null;
            await client.MoveAsync(alice, "revenue", 50);
        }

        Assert.Equal(["-6", "-5", "-4", "-3", "-2", "-1", "1000"], amounts);
    }

    [Theory]
    [InlineData("entries?limit=0", "invalid_limit")]
    [InlineData("entries?limit=201", "invalid_limit")]
    [InlineData("entries?limit=many", "malformed")]
    [InlineData("entries?cursor=nonsense", "invalid_cursor")]
    [InlineData("entries?cursor=AAAAAAAAAAEAAAAAAAAD6A", "invalid_cursor")]
    [InlineData("entries?consistency=sometimes", "invalid_consistency")]
    [InlineData("balance?asset=gold", "unknown_asset")]
    [InlineData("statement?from=2026-13-01", "invalid_from")]
    [InlineData("statement?from=2026-04-01&to=2026-03-01", "invalid_period")]
    public async Task Refuses_what_it_does_not_understand(string query, string code) =>
        Assert.Equal((400, code), await CodeAsync($"/v1/accounts/{alice}/{query}"));

    [Fact]
    public async Task Answers_an_eventual_read_from_what_the_replica_knows()
    {
        var read = await client.ReadAsync($"/v1/accounts/{alice}/balance?consistency=eventual");

        Assert.Equal((200, "1000"), (read.Status, (string?)read.Body["posted"]));
    }

    [Fact]
    public async Task States_a_period_oldest_first_with_a_running_balance()
    {
        time.Advance(TimeSpan.FromDays(1));
        await client.MoveAsync(alice, "revenue", 100);
        await client.MoveAsync(alice, "revenue", 50);
        time.Advance(TimeSpan.FromDays(1));
        await client.MoveAsync(alice, "revenue", 25);

        var statement = (await client.ReadAsync($"/v1/accounts/{alice}/statement?from=2026-03-02&to=2026-03-03")).Body;
        var whole = (await client.ReadAsync($"/v1/accounts/{alice}/statement")).Body;

        Assert.Equal(("1000", "850"), ((string?)statement["opening_balance"], (string?)statement["closing_balance"]));
        Assert.Equal([("-100", "900"), ("-50", "850")], statement["entries"]!.AsArray().Select(entry => ((string)entry!["amount"]!, (string)entry["posted"]!)));
        Assert.Equal(("0", "825", 4), ((string?)whole["opening_balance"], (string?)whole["closing_balance"], whole["entries"]!.AsArray().Count));
    }

    [Fact]
    public async Task States_as_CSV_in_which_no_text_is_a_formula()
    {
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 10, reference = "=HYPERLINK(\"http://x\")" });
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 10, reference = "plain" });

        var answer = await client.ReadAsync($"/v1/accounts/{alice}/statement.csv");
        var lines = answer.Text.Split("\r\n");

        Assert.Equal("text/csv", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", answer.Response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(7, lines.Length);
        Assert.Equal("sequence,created_at,transfer,kind,amount,balance,held,reference,effective_at", lines[0]);
        Assert.Equal(",,,opening_balance,,0,0,,", lines[1]);
        Assert.Contains(",transfer,-10,990,0,\"'=HYPERLINK(\"\"http://x\"\")\",2026-", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(",transfer,-10,980,0,plain," + lines[4].Split(',')[1], lines[4]);
        Assert.Equal((",,,closing_balance,,980,0,,", ""), (lines[5], lines[6]));
    }

    [Fact]
    public async Task Streams_a_statement_that_is_longer_than_any_page()
    {
        object[] transfers = [.. Enumerable.Repeat(new { from = "issuance", to = alice, amount = 1, kind = "reward" }, 1000)];
        await client.PostAsync("/v1/transfers/batch", new { transfers });
        await client.PostAsync("/v1/transfers/batch", new { transfers });

        Assert.Equal(2004, (await client.ReadAsync($"/v1/accounts/{alice}/statement.csv")).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(2001, (await client.ReadAsync($"/v1/accounts/{alice}/statement")).Body["entries"]!.AsArray().Count);
    }

    [Fact]
    public async Task Hides_history_and_grants_from_another_tenant_and_another_user()
    {
        foreach (var path in new[] { "balance", "balance?at=2026-03-01T12:30:00Z", "entries", "statement", "statement.csv", "grants" })
        {
            Assert.Equal(404, (await host.Client("other").ReadAsync($"/v1/accounts/{alice}/{path}")).Status);
            Assert.Equal(404, (await host.Client(holder: "bob").ReadAsync($"/v1/accounts/{alice}/{path}")).Status);
            Assert.Equal(404, (await host.Client(holder: "alice").ReadAsync($"/v1/accounts/issuance/{path}")).Status);
        }
    }

    private async Task<(string?, long)> AtAsync(string at)
    {
        var body = (await client.ReadAsync($"/v1/accounts/{alice}/balance?at={at}")).Body;
        return ((string?)body["posted"], (long)body["sequence"]!);
    }

    private async Task<(int, string?)> CodeAsync(string path)
    {
        var answer = await client.ReadAsync(path);
        return (answer.Status, answer.Code);
    }
}
