using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Lists;

/// <summary>A cursor belongs to the list that gave it: with its filters, of its tenant.</summary>
public sealed class CursorTests : LedgerRoute
{
    private string[] lists = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var tenant in new[] { client, host.Client("other") })
        {
            var bob = await tenant.OpenFundedAsync("bob", 100);
            for (var i = 1; i <= 2; i++)
            {
                await tenant.PostAsync("/v1/holds", new { account = bob, amount = i });
                await tenant.PostAsync("/v1/grants", new { account = bob, amount = i });
            }
            await tenant.OpenAsync("carol");
        }
        await client.MoveAsync(alice, "revenue", 1);
        var own = (string)(await client.ReadAsync("/v1/accounts?holder=bob")).Body["accounts"]![0]!["id"]!;
        lists =
        [
            "/v1/accounts?", "/v1/accounts?asset=credits", "/v1/transfers?", "/v1/transfers?kind=grant", "/v1/transfers?kind=hold",
            "/v1/transfers?holder=bob", $"/v1/transfers?account={own}", "/v1/transfers?created[gte]=2026-01-01", "/v1/holds?",
            "/v1/holds?status=active", $"/v1/holds?account={own}", "/v1/grants?", "/v1/grants?status=active", $"/v1/grants?account={own}",
            $"/v1/accounts/{own}/entries?", $"/v1/accounts/{own}/grants?", "/v1/accounts/issuance/entries?", "/v1/audit/blocks?",
        ];
    }

    [Fact]
    public async Task No_list_takes_the_cursor_of_another_or_of_itself_with_other_filters()
    {
        var (cursors, wrong) = (new Dictionary<string, string>(), new List<string>());
        foreach (var list in lists)
            cursors[list] = await CursorAsync(client, list);

        foreach (var (given, cursor) in cursors)
            foreach (var asked in lists)
            {
                var answer = await client.ReadAsync($"{asked}&limit=2&cursor={cursor}");
                if ((answer.Status, answer.Code) != (given == asked ? (200, (string?)null) : (400, "invalid_cursor")))
                    wrong.Add($"{asked} with one of {given}: {answer.Status} {answer.Code}");
            }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("/v1/accounts?")]
    [InlineData("/v1/transfers?kind=grant")]
    [InlineData("/v1/holds?")]
    [InlineData("/v1/holds?holder=bob")]
    [InlineData("/v1/grants?status=active")]
    [InlineData("/v1/audit/blocks?")]
    public async Task No_tenant_and_no_user_takes_the_cursor_of_another(string list)
    {
        var cursor = await CursorAsync(client, list);

        foreach (var another in new[] { host.Client("other"), host.Client(holder: "bob") })
        {
            var answer = await another.ReadAsync($"{list}&limit=1&cursor={cursor}");
            Assert.Equal((400, "invalid_cursor"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task The_order_of_the_filters_and_how_new_the_answer_must_be_are_no_other_list()
    {
        var cursor = await CursorAsync(client, "/v1/transfers?kind=grant&holder=bob");

        Assert.Equal(200, (await client.ReadAsync($"/v1/transfers?cursor={cursor}&holder=bob&limit=7&kind=grant")).Status);

        cursor = await CursorAsync(client, $"/v1/accounts/{alice}/entries?");
        var path = $"/v1/accounts/{alice.ToUpperInvariant()}/entries?cursor={cursor}&consistency=eventual";
        Assert.Equal(200, (await client.ReadAsync(path)).Status);
    }

    [Theory]
    [InlineData("=")]
    [InlineData("A")]
    [InlineData("%20")]
    public async Task A_cursor_that_was_changed_is_refused(string after)
    {
        var cursor = await CursorAsync(client, "/v1/transfers?");

        var (first, last) = (cursor[0] == 'x' ? 'y' : 'x', cursor[^1] == 'B' ? 'C' : 'B');
        foreach (var changed in new[] { cursor + after, cursor[..^1] + last, first + cursor[1..] })
        {
            var answer = await client.ReadAsync($"/v1/transfers?cursor={changed}");
            Assert.Equal((400, "invalid_cursor"), (answer.Status, answer.Code));
        }
    }

    private static async Task<string> CursorAsync(HttpClient asking, string list)
    {
        var page = await asking.ReadAsync(list + "&limit=1");
        Assert.True(page.Status == 200, page.Text);
        return (string?)page.Body["next_cursor"] ?? throw new InvalidOperationException($"{list} has one page.");
    }
}
