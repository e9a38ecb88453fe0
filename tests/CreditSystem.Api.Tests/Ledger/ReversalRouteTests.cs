using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class ReversalRouteTests : LedgerRoute
{
    private string bob = null!;
    private string transfer = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        bob = await client.OpenAsync("bob");
        transfer = (string)(await client.MoveAsync(alice, bob, 400)).Body["id"]!;
    }

    [Fact]
    public async Task Reverses_in_parts_up_to_the_whole_and_no_further()
    {
        var part = await ReverseAsync(new { amount = "150" });
        var tooMuch = await ReverseAsync(new { amount = 251 });
        var rest = await client.PostRawAsync($"/v1/transfers/{transfer}/reverse", new ByteArrayContent([]), "rest");
        var again = await ReverseAsync(new { });

        Assert.Equal((201, "reversal", "150"), (part.Status, (string?)part.Body["kind"], (string?)part.Body["amount"]));
        Assert.Equal((422, "reversal_exceeds_transfer", "250"), (tooMuch.Status, tooMuch.Code, (string?)tooMuch.Body["available"]));
        Assert.Equal((201, "250"), (rest.Status, (string?)rest.Body["amount"]));
        Assert.Equal((409, "already_reversed"), (again.Status, again.Code));
        Assert.Equal(1000, await client.PostedAsync(alice));
        Assert.Equal("400", (string?)(await client.ReadAsync($"/v1/transfers/{transfer}")).Body["reversed"]);
    }

    [Fact]
    public async Task Refuses_to_take_back_what_has_been_spent()
    {
        Assert.Equal(201, (await client.MoveAsync(bob, "revenue", 300, kind: "burn")).Status);

        var reversed = await ReverseAsync(new { });

        Assert.Equal((422, "insufficient_funds", "100"), (reversed.Status, reversed.Code, (string?)reversed.Body["available"]));
    }

    [Fact]
    public async Task Refuses_a_transfer_of_another_tenant_and_of_another_user()
    {
        Assert.Equal((404, "transfer_not_found"), await CodeAsync(host.Client("other")));
        Assert.Equal((404, "transfer_not_found"), await CodeAsync(host.Client(holder: "alice")));
        Assert.Equal(404, (await client.PostAsync($"/v1/transfers/{Guid.NewGuid()}/reverse", new { })).Status);
        Assert.Equal(404, (await client.PostAsync("/v1/transfers/nonsense/reverse", new { })).Status);
        Assert.Equal((201, null), await CodeAsync(host.Client(holder: "bob")));
    }

    [Fact]
    public async Task Replays_a_reversal_under_its_key_and_refuses_the_key_for_another_transfer()
    {
        var other = (string)(await client.MoveAsync(alice, bob, 1)).Body["id"]!;
        var first = await ReverseAsync(new { amount = 1 }, key: "r1");
        var retry = await ReverseAsync(new { amount = 1 }, key: "r1");
        var reused = await client.PostAsync($"/v1/transfers/{other}/reverse", new { amount = 1 }, "r1");

        Assert.Equal((true, first.Text), (retry.Replayed, retry.Text));
        Assert.Equal((422, "idempotency_key_reused"), (reused.Status, reused.Code));
    }

    private Task<Answer> ReverseAsync(object body, string? key = null) => client.PostAsync($"/v1/transfers/{transfer}/reverse", body, key);

    private async Task<(int, string?)> CodeAsync(HttpClient caller)
    {
        var answer = await caller.PostAsync($"/v1/transfers/{transfer}/reverse", new { });
        return (answer.Status, answer.Code);
    }
}
