using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>Everything can be found again, and accounts be changed.</summary>
public sealed class ListRouteTests : LedgerRoute
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_whose_id_was_lost_is_found_by_its_holder_and_by_opening_it_again()
    {
        await client.OpenAsync("bob");

        Assert.Equal(alice, (string?)Assert.Single(await ItemsAsync("/v1/accounts?holder=alice", "accounts"))["id"]);
        var again = await client.PostAsync("/v1/accounts", new { holder = "alice" });
        Assert.Equal((409, "account_exists", alice), (again.Status, again.Code, (string?)again.Body["id"]));
        Assert.Equal(["bob", "alice"], (await ItemsAsync("/v1/accounts", "accounts")).Select(account => (string?)account["holder"]));
        Assert.Empty(await ItemsAsync("/v1/accounts?holder=nobody", "accounts"));
    }

    [Fact]
    public async Task A_reference_that_is_taken_names_what_has_it_alone_and_in_batches()
    {
        var first = await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 1, reference = "inv-1" });
        var id = (string?)first.Body["id"];

        var again = await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 1, reference = " inv-1" });
        var batch = await client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from = alice, to = "revenue", amount = 1, reference = "inv-1" } } });
        var together = await client.PostAsync(
            "/v1/transfers/batch", new { atomic = true, transfers = new[] { new { from = alice, to = "revenue", amount = 1, reference = "inv-1" } } });
        var hold = await client.PostAsync("/v1/holds", new { account = alice, amount = 1, reference = "inv-1" });

        Assert.All([again, together, hold], answer => Assert.Equal((409, "duplicate_reference", id), (answer.Status, answer.Code, (string?)answer.Body["id"])));
        Assert.Equal(id, (string?)batch.Body["results"]![0]!["error"]!["id"]);
        Assert.Equal(id, (string?)Assert.Single(await ItemsAsync("/v1/transfers?reference=inv-1", "transfers"))["id"]);
        Assert.Empty(await ItemsAsync("/v1/holds?reference=inv-1", "holds"));
    }

    [Fact]
    public async Task Transfers_are_listed_by_kind_account_time_and_page()
    {
        var bob = await client.OpenAsync("bob");
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await client.MoveAsync(alice, i % 2 == 0 ? bob : "revenue", i + 1);
        }

        Assert.Equal(["5", "4", "3", "2", "1", "1000"], await AmountsAsync("/v1/transfers"));
        Assert.Equal(["1000"], await AmountsAsync("/v1/transfers?kind=purchase"));
        Assert.Equal(["5", "3", "1"], await AmountsAsync($"/v1/transfers?account={bob}"));
        Assert.Equal(["5", "3", "1"], await AmountsAsync("/v1/transfers?holder=bob"));
        Assert.Equal(["4", "2"], await AmountsAsync("/v1/transfers?account=revenue"));
        Assert.Equal(["3", "2"], await AmountsAsync("/v1/transfers?created[gte]=2026-03-01T12:00:02Z&created[lt]=2026-03-01T12:00:04Z"));
        Assert.Equal(["5", "4", "3", "2", "1", "1000"], await PagedAsync("/v1/transfers?limit=4"));
        Assert.Equal(["5", "3", "1"], await PagedAsync($"/v1/transfers?account={bob}&limit=2"));
    }

    [Fact]
    public async Task Holds_and_grants_are_listed_as_they_are_now()
    {
        var holds = new List<string>();
        for (var i = 1; i <= 4; i++)
            holds.Add((string)(await client.PostAsync("/v1/holds", new { account = alice, amount = i, expires_in_seconds = i == 4 ? 60 : 600 })).Body["id"]!);
        await client.PostAsync($"/v1/holds/{holds[0]}/capture", new { });
        await client.PostAsync($"/v1/holds/{holds[1]}/void", new { });
        var grant = (string)(await client.PostAsync("/v1/grants", new { account = alice, amount = 5, reference = "g", expires_at = "2026-03-01T12:02:00Z" })).Body["id"]!;
        time.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal(["4 expired 0", "3 active 3", "2 voided 0", "1 captured 0"], (await ItemsAsync("/v1/holds", "holds")).Select(hold => $"{hold["amount"]} {hold["status"]} {hold["remaining"]}"));
        Assert.Equal(holds[2], (string?)Assert.Single(await ItemsAsync("/v1/holds?status=active", "holds"))["id"]);
        Assert.Equal(holds[1], (string?)Assert.Single(await ItemsAsync($"/v1/holds?status=voided&account={alice}", "holds"))["id"]);
        Assert.Equal(("active", "5", "g"), Grant((await client.ReadAsync($"/v1/grants/{grant}")).Body));
        time.Advance(TimeSpan.FromSeconds(90));
        // Who reads it has it posted, as the sweeper does.
        Assert.Equal(("expired", "0", "g"), Grant((await client.ReadAsync($"/v1/grants/{grant}")).Body));
        Assert.Equal(("expired", "0", "g"), Grant(Assert.Single(await ItemsAsync("/v1/grants?status=expired", "grants"))));
    }

    [Fact]
    public async Task A_grant_that_was_used_up_stays_so_when_its_expiry_has_passed()
    {
        var grant = (string)(await client.PostAsync("/v1/grants", new { account = alice, amount = 5, priority = 1, reference = "g", expires_at = "2026-03-01T12:02:00Z" })).Body["id"]!;
        await client.MoveAsync(alice, "revenue", 5);
        Assert.Equal(("used", "0", "g"), Grant((await client.ReadAsync($"/v1/grants/{grant}")).Body));

        time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(("used", "0", "g"), Grant((await client.ReadAsync($"/v1/grants/{grant}")).Body));
        Assert.Equal(("used", "0", "g"), Grant(Assert.Single(await ItemsAsync("/v1/grants?status=used", "grants"))));
        Assert.Empty(await ItemsAsync("/v1/grants?status=expired", "grants"));
    }

    [Fact]
    public async Task An_account_is_changed_with_a_reason_and_shown_so_everywhere()
    {
        var opened = await client.PostAsync("/v1/accounts", new { holder = "carol", display_name = "Carol", metadata = new { plan = "free", team = "a" } });
        var carol = (string)opened.Body["id"]!;

        var changed = await PatchAsync(carol, new { reason = "upgrade", credit_limit = "50", display_name = "Carol C.", metadata = new { plan = "pro", team = "" } });

        Assert.Equal((200, "Carol C.", "50", """{"plan":"pro"}"""), (changed.Status, (string?)changed.Body["display_name"], (string?)changed.Body["credit_limit"], changed.Body["metadata"]!.ToJsonString()));
        Assert.Equal(changed.Text, (await client.ReadAsync($"/v1/accounts/{carol}")).Text);
        Assert.Equal(201, (await client.MoveAsync(carol, "revenue", 50)).Status);
        var refused = await PatchAsync(carol, new { reason = "downgrade", credit_limit = 49 });
        Assert.Equal((422, "credit_limit_in_use", "50"), (refused.Status, refused.Code, (string?)refused.Body["required"]));
        Assert.Equal("account_change", (string?)(await client.ReadAsync($"/v1/accounts/{carol}/entries")).Body["entries"]![1]!["kind"]);
        Assert.Equal(400, (await PatchAsync(carol, new { credit_limit = 1 })).Status);
        Assert.Equal(404, (await PatchAsync(Guid.NewGuid().ToString(), new { reason = "r", credit_limit = 1 })).Status);
    }

    [Fact]
    public async Task Things_are_found_by_declared_keys_of_metadata_and_only_by_those()
    {
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 7, metadata = new { order = "o-1", other = "x" } });
        var unknown = await client.ReadAsync("/v1/transfers?metadata.order=o-1");
        Assert.Equal((400, "metadata_key_not_indexed"), (unknown.Status, unknown.Code));

        using (var declared = await client.PutAsync("/v1/metadata-keys/order", null, Cancellation))
            Assert.Equal(204, (int)declared.StatusCode);
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 8, metadata = new { order = "o-1" } });
        await client.PostAsync("/v1/transfers", new { from = alice, to = "revenue", amount = 9, metadata = new { order = "o-2" } });

        Assert.Equal(["8", "7"], await AmountsAsync("/v1/transfers?metadata.order=o-1"));
        Assert.Equal(["9"], await AmountsAsync($"/v1/transfers?metadata.order=o-2&account={alice}"));
        await PatchAsync(alice, new { reason = "tag", metadata = new { order = "vip" } });
        Assert.Equal(alice, (string?)Assert.Single(await ItemsAsync("/v1/accounts?metadata.order=vip", "accounts"))["id"]);
        await PatchAsync(alice, new { reason = "untag", metadata = new { order = "" } });
        Assert.Empty(await ItemsAsync("/v1/accounts?metadata.order=vip", "accounts"));
    }

    /// <summary>In a path a slash within a part has a form of its own, which the framework does not take back.</summary>
    [Fact]
    public async Task A_key_of_metadata_with_a_slash_is_declared_as_it_is()
    {
        using (var declared = await client.PutAsync("/v1/metadata-keys/shop%2forder%20id", null, Cancellation))
            Assert.Equal(204, (int)declared.StatusCode);
        await client.PostAsync(
            "/v1/transfers", new { from = alice, to = "revenue", amount = 8, metadata = new Dictionary<string, string> { ["shop/order id"] = "o-1" } });

        Assert.Equal("shop/order id", (string?)Assert.Single((await client.ReadAsync("/v1/metadata-keys")).Body["keys"]!.AsArray()));
        Assert.Equal(["8"], await AmountsAsync("/v1/transfers?metadata.shop/order%20id=o-1"));
        using var forgotten = await client.DeleteAsync("/v1/metadata-keys/shop%2Forder%20id", Cancellation);
        Assert.Equal(204, (int)forgotten.StatusCode);
    }

    [Fact]
    public async Task A_user_sees_its_own_and_a_tenant_sees_no_other()
    {
        await client.PostAsync("/v1/accounts", new { holder = "bob" });
        var user = host.Client(holder: "bob");

        Assert.Equal(["bob"], (await ItemsAsync("/v1/accounts", "accounts", user)).Select(account => (string?)account["holder"]));
        Assert.Equal(["bob"], (await ItemsAsync("/v1/accounts?holder=alice", "accounts", user)).Select(account => (string?)account["holder"]));
        Assert.Empty(await ItemsAsync("/v1/transfers", "transfers", user));
        Assert.Equal(404, (await user.ReadAsync($"/v1/transfers?account={alice}")).Status);
        Assert.Empty(await ItemsAsync("/v1/transfers", "transfers", host.Client("other")));
    }

    [Theory]
    [InlineData("/v1/accounts?cursor=AAAA", "invalid_cursor")]
    [InlineData("/v1/transfers?cursor=nonsense!", "invalid_cursor")]
    [InlineData("/v1/transfers?kind=gift", "invalid_kind")]
    [InlineData("/v1/holds?status=open", "invalid_status")]
    [InlineData("/v1/grants?created[gte]=yesterday", "invalid_created")]
    [InlineData("/v1/holds?asset=silver", "unknown_asset")]
    [InlineData("/v1/transfers?limit=0", "invalid_limit")]
    [InlineData("/v1/transfers?Kind=purchase", "unknown_parameter")]
    [InlineData("/v1/transfers?kind=purchase&kind=refund", "repeated_parameter")]
    [InlineData("/v1/transfers?limit=1&limit=2", "repeated_parameter")]
    public async Task What_makes_no_sense_is_refused(string path, string code)
    {
        var answer = await client.ReadAsync(path);

        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    private static (string?, string?, string?) Grant(JsonNode grant) => ((string?)grant["status"], (string?)grant["remaining"], (string?)grant["reference"]);

    private async Task<Answer> PatchAsync(string account, object body) =>
        await Answer.OfAsync(await client.PatchAsync($"/v1/accounts/{account}", JsonContent.Create(body), Cancellation));

    private async Task<List<string?>> AmountsAsync(string path) => [.. (await ItemsAsync(path, "transfers")).Select(item => (string?)item["amount"])];

    private async Task<List<string?>> PagedAsync(string path)
    {
        var (found, cursor) = (new List<string?>(), "");
        do
        {
            var page = await client.ReadAsync(path + cursor);
            found.AddRange(page.Body["transfers"]!.AsArray().Select(item => (string?)item!["amount"]));
            cursor = page.Body["next_cursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        return found;
    }

    private async Task<List<JsonNode>> ItemsAsync(string path, string member, HttpClient? asking = null)
    {
        var answer = await (asking ?? client).ReadAsync(path);
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Body[member]!.AsArray().Select(item => item!)];
    }
}
