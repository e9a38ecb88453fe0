using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>Names that nobody can tell apart are one name, and each user has its own references.</summary>
public sealed class NameRouteTests : LedgerRoute
{
    [Theory]
    [InlineData("Zo\u00EB", "Zoe\u0308")]
    [InlineData("Zo\u00EB", " Zo\u00EB\u00A0")]
    [InlineData("Zo\u00EB", "Z\u200Bo\u00EB\u200D")]
    [InlineData("Zo\u00EB", "Zo\u00AD\u00EB")]
    [InlineData("Zo\u00EB", "\u2060Zo\u00EB\uFE0F")]
    [InlineData("\uAC01", "\u1100\u1161\u11A8")]
    public async Task Opens_one_account_for_a_name_however_it_is_spelt(string name, string alike)
    {
        var opened = await client.PostAsync("/v1/accounts", new { holder = alike });

        Assert.Equal((201, name), (opened.Status, (string?)opened.Body["holder"]));
        foreach (var again in new[] { name, alike })
            Assert.Equal((409, "account_exists"), Code(await client.PostAsync("/v1/accounts", new { holder = again })));
    }

    [Fact]
    public async Task Refuses_names_in_which_nothing_can_be_seen_and_system_accounts_in_disguise()
    {
        foreach (var holder in new[] { "\u200B", "\u00AD \u2060", "\u00A0", "issu\u200Bance", " revenue" })
            Assert.Equal((400, "invalid_holder"), Code(await client.PostAsync("/v1/accounts", new { holder })));
    }

    [Fact]
    public async Task An_account_of_the_first_rules_is_found_under_the_name_that_it_was_opened_with()
    {
        await using var old = await LedgerHost.StartAsync(SampleLog.Store(), configure: options => (options.Partitions, options.RulesVersion) = (1, RulesVersion.Second));
        var shop = old.Client(Ask.Tenant);
        var carol = LedgerId.ForAccount(Ask.Tenant, "carol\u200b", Ask.Asset);

        Assert.Equal("carol\u200b", (string?)(await shop.ReadAsync($"/v1/accounts/{carol}")).Body["holder"]);
        Assert.Equal((409, "account_exists"), Code(await shop.PostAsync("/v1/accounts", new { holder = "carol\u200b" })));
        Assert.Equal(201, (await shop.MoveAsync("issuance", carol.ToString(), 5, kind: "reward")).Status);
        // References of the first rules stay taken as well, in the spelling that they had.
        var bob = LedgerId.ForAccount(Ask.Tenant, "bob", Ask.Asset).ToString();
        Assert.Equal((409, "duplicate_reference"), Code(await shop.PostAsync("/v1/transfers", new { from = "issuance", to = bob, amount = 1, reference = "ref e\u0301 " })));
        // One that a user had taken is free for the program.
        Assert.Equal(201, (await shop.PostAsync("/v1/transfers", new { from = "issuance", to = bob, amount = 1, reference = "inv-1" })).Status);
        Assert.Equal((409, "duplicate_reference"), Code(await shop.PostAsync("/v1/transfers", new { from = "issuance", to = bob, amount = 1, reference = "inv-1" })));
    }

    [Fact]
    public async Task A_user_cannot_take_the_reference_of_a_program_or_of_another_user()
    {
        var bob = await client.OpenFundedAsync("bob", 100);
        Assert.Equal(201, (await NamedAsync(host.Client(holder: "alice"), alice)).Status);
        Assert.Equal((409, "duplicate_reference"), Code(await NamedAsync(host.Client(holder: "alice"), alice)));

        Assert.Equal(201, (await NamedAsync(host.Client(holder: "bob"), bob)).Status);
        Assert.Equal(201, (await NamedAsync(client, alice)).Status);
        Assert.Equal((409, "duplicate_reference"), Code(await NamedAsync(client, bob)));
        Assert.Equal((409, "duplicate_reference"), Code(await client.PostAsync("/v1/grants", new { account = bob, amount = 1, reference = "inv\u00AD-1 " })));
        Assert.Equal((409, "duplicate_reference"), Code(await client.PostAsync("/v1/holds", new { account = bob, amount = 1, reference = "inv-1" })));
        var batch = await client.PostAsync("/v1/transfers/batch", new { atomic = true, transfers = new[] { new { from = alice, to = bob, amount = 1, reference = "x" }, new { from = alice, to = bob, amount = 1, reference = "x " } } });
        Assert.Equal((409, "duplicate_reference", 1), (batch.Status, batch.Code, (int)batch.Body["index"]!));
    }

    [Fact]
    public async Task An_event_is_charged_once_however_its_id_is_spelt()
    {
        object Usage(params string[] ids) => new { events = ids.Select(id => new { id, account = alice, amount = 10 }) };

        Assert.Equal(201, (int)(await client.PostAsync("/v1/usage", Usage("caf\u00E9"))).Body["results"]![0]!["status"]!);
        Assert.Equal("event_id_reused", (string?)(await client.PostAsync("/v1/usage", Usage("cafe\u0301 "))).Body["results"]![0]!["error"]!["code"]);
        Assert.Equal((400, "duplicate_event"), Code(await client.PostAsync("/v1/usage", Usage("e1", "e\u200B1"))));

        Assert.Equal(990, await client.PostedAsync(alice));
    }

    private static Task<Answer> NamedAsync(HttpClient who, string from) => who.PostAsync("/v1/transfers", new { from, to = "revenue", amount = 1, reference = "inv-1" });

    private static (int, string?) Code(Answer answer) => (answer.Status, answer.Code);
}
