using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

public sealed class VerificationRouteTests : IAsyncLifetime
{
    private readonly InMemoryBlockStore store = new();
    private LedgerHost host = null!;
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(store, configure: options => options.Partitions = 1);
        client = host.Client();
        await client.OpenFundedAsync("alice", 1000);
        await host.Client("other").OpenFundedAsync("bob", 500);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Reports_that_the_ledger_of_the_tenant_adds_up_and_at_which_block()
    {
        var answer = await client.ReadAsync("/v1/invariants");

        Assert.Equal((200, true, 4L), (answer.Status, (bool)answer.Body["holds"]!, (long)answer.Body["block"]!));
        Assert.Equal(2, (long)answer.Body["accounts"]!);
        Assert.Contains("entries_sum_to_zero", answer.Body["checks"]!.AsArray().Select(check => (string)check!["name"]!));
        Assert.All(answer.Body["checks"]!.AsArray(), check => Assert.True((bool)check!["holds"]!));
        Assert.Equal(403, (await host.Client(scopes: "accounts:read audit:read").ReadAsync("/v1/invariants")).Status);
    }

    [Fact]
    public async Task Verifies_the_chain_and_names_the_block_in_which_one_byte_was_changed()
    {
        var intact = (await client.ReadAsync("/v1/audit/verify")).Body;
        store.Tamper(0, 2, Flip);
        // What was verified is not read again, unless somebody wants it to be; what that has found, everybody is told.
        var kept = (await client.ReadAsync("/v1/audit/verify")).Body;
        var broken = (await client.ReadAsync("/v1/audit/verify?full=true")).Body;
        var since = (await host.Client("other").ReadAsync("/v1/audit/verify")).Body;

        Assert.Equal((true, 4L), ((bool)intact["intact"]!, (long)intact["blocks"]!));
        Assert.Equal((true, 4L, 4L), ((bool)kept["intact"]!, (long)kept["blocks"]!, (long)kept["last_full"]!["blocks"]!));
        Assert.Equal((false, 2L, 1L), ((bool)since["intact"]!, (long)since["broken_block"]!, (long)since["last_full"]!["blocks"]!));
        Assert.Equal(64, ((string)intact["head_hash"]!).Length);
        Assert.Equal((false, 1L, 2L), ((bool)broken["intact"]!, (long)broken["blocks"]!, (long)broken["broken_block"]!));
        var chain = (await client.ReadAsync("/v1/invariants")).Body["checks"]!.AsArray().Single(check => (string?)check!["name"] == "chain_unbroken")!;
        Assert.Equal((false, 2L), ((bool)chain["holds"]!, (long)chain["block"]!));
        Assert.Equal(403, (await host.Client(scopes: "ops:read").ReadAsync("/v1/audit/verify")).Status);
    }

    [Fact]
    public async Task Lists_the_chain_page_by_page_and_counts_only_what_is_the_tenants_own()
    {
        var first = (await client.ReadAsync("/v1/audit/blocks?limit=3")).Body;
        var second = (await client.ReadAsync($"/v1/audit/blocks?limit=3&cursor={first["next_cursor"]}")).Body;
        var blocks = first["blocks"]!.AsArray().Concat(second["blocks"]!.AsArray()).Select(block => block!).ToList();

        Assert.Equal([1, 2, 3, 4], blocks.Select(block => (long)block["number"]!));
        Assert.Equal(blocks.SkipLast(1).Select(block => (string?)block["hash"]), blocks.Skip(1).Select(block => (string?)block["previous"]));
        Assert.Equal([1, 1, 0, 0], blocks.Select(block => (int)block["records"]!));
        Assert.Equal([0, 1, 0, 0], blocks.Select(block => (int)block["transfers"]!));
        Assert.Null(second["next_cursor"]);
        Assert.Equal("invalid_cursor", (await client.ReadAsync("/v1/audit/blocks?cursor=-")).Code);
    }

    private static Block Flip(Block block)
    {
        var content = block.Content.ToArray();
        content[content.Length / 2] ^= 1;
        return block with { Content = content };
    }
}
