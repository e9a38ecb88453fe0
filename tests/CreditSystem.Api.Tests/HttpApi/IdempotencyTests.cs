using System.Security.Cryptography;
using System.Text;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task Finds_every_kind_of_outcome_ten_years_and_a_restart_later()
    {
        var store = new InMemoryBlockStore();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var answers = new List<Answer>();
        string alice;
        await using (var host = await LedgerHost.StartAsync(store, time))
        {
            alice = await host.Client().OpenFundedAsync("alice", 1000);
            answers.AddRange(await AskAsync(host.Client(), alice));
        }
        Assert.Equal([201, 422, 404, 200, 201, 201, 200, 200, 200], answers.Select(answer => answer.Status));

        time.Advance(TimeSpan.FromDays(3653));
        await using var restarted = await LedgerHost.StartAsync(store, time);
        var replays = await AskAsync(restarted.Client(), alice);

        Assert.All(replays, replay => Assert.True(replay.Replayed, replay.Text));
        Assert.Equal(answers.Select(answer => (answer.Status, answer.Text)), replays.Select(replay => (replay.Status, replay.Text)));
    }

    /// <summary>What stands under a key was written by every version of the API, so none may compute it otherwise.</summary>
    [Fact]
    public async Task Knows_a_request_by_the_hash_of_its_method_its_route_and_its_canonical_body()
    {
        await using var host = await LedgerHost.StartAsync(new InMemoryBlockStore());
        var client = host.Client();
        var alice = await client.OpenFundedAsync("alice", 1000);
        var moved = await client.MoveAsync(alice, "revenue", 10, key: "k1");
        var id = Guid.Parse((string)moved.Body["id"]!);

        var reversed = await client.PostAsync($"/v1/transfers/{id}/reverse", new { reference = "r", amount = "4" }, "k2");
        var replayed = await client.PostAsync($"/v1/transfers/{id.ToString().ToUpperInvariant()}/reverse", new { amount = 4, reference = "r" }, "k2");
        var absent = await client.PostRawAsync($"/v1/transfers/{id}/reverse", null!, "k3");

        Assert.Equal((201, 201, true), (reversed.Status, replayed.Status, replayed.Replayed));
        await AssertFingerprintAsync(moved, $$"""POST /v1/transfers{{"\n"}}{"from":"{{alice}}","to":"revenue","amount":"10","kind":"transfer"}""");
        await AssertFingerprintAsync(reversed, $$"""POST /v1/transfers/{{id}}/reverse{{"\n"}}{"amount":"4","reference":"r"}""");
        await AssertFingerprintAsync(absent, $$"""POST /v1/transfers/{{id}}/reverse{{"\n"}}{}""");

        async Task AssertFingerprintAsync(Answer answer, string text)
        {
            var record = await host.Ledger.FindRecordAsync("shop", Guid.Parse((string)answer.Body["id"]!), TestContext.Current.CancellationToken);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))), Convert.ToHexString(record!.Command.Fingerprint));
        }
    }

    [Fact]
    public async Task Gives_the_key_of_one_principal_or_tenant_no_meaning_for_another()
    {
        await using var host = await LedgerHost.StartAsync(new InMemoryBlockStore());
        var client = host.Client();
        var alice = await client.OpenFundedAsync("alice", 1000);
        var other = host.Client("other");
        var carol = await other.OpenFundedAsync("carol", 1000);

        var mine = await client.MoveAsync(alice, "revenue", 10, key: "k1");
        var users = await host.Client(holder: "alice").MoveAsync(alice, "revenue", 20, key: "k1");
        var theirs = await other.MoveAsync(carol, "revenue", 30, key: "k1");

        Assert.Equal([(201, false), (201, false), (201, false)], new[] { mine, users, theirs }.Select(answer => (answer.Status, answer.Replayed)));
        Assert.Equal((970, 970), (await client.PostedAsync(alice), await other.PostedAsync(carol)));
    }

    [Fact]
    public async Task Replays_what_was_accepted_although_the_bounds_have_been_narrowed()
    {
        var store = new InMemoryBlockStore();
        await using var host = await LedgerHost.StartAsync(store);
        var alice = await host.Client().OpenFundedAsync("alice", 1000);
        var first = await host.Client().MoveAsync(alice, "revenue", 500, key: "k1");

        await using var strict = await LedgerHost.StartAsync(store, configure: options => options.Assets["credits"].MaxAmount = 100);
        var retry = await strict.Client().MoveAsync(alice, "revenue", 500, key: "k1");
        var fresh = await strict.Client().MoveAsync(alice, "revenue", 500, key: "k2");

        Assert.Equal((true, first.Text), (retry.Replayed, retry.Text));
        Assert.Equal((422, "limit_exceeded"), (fresh.Status, fresh.Code));
    }

    [Fact]
    public async Task Cuts_off_a_header_of_100_kB_and_a_body_without_a_length_on_the_wire()
    {
        var store = new InMemoryBlockStore();
        WebApplication? app = null;
        await using var host = await LedgerHost.StartAsync(
            store, build: builder => builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0"), map: built => app = built);
        using var client = new HttpClient { BaseAddress = new Uri(app!.Urls.Single()) };
        client.DefaultRequestHeaders.Add("X-Tenant", "shop");
        client.DefaultRequestHeaders.Add("X-Scopes", LedgerHost.AllScopes);
        var alice = await client.OpenFundedAsync("alice", 1000);
        var before = store.Appends;

        var header = await client.MoveAsync(alice, "revenue", 10, key: new string('k', 100_000));
        using var endless = new PushContent(2 * 1024 * 1024);
        var body = await client.PostRawAsync("/v1/transfers", endless, "k1");

        Assert.Equal(431, header.Status);
        Assert.Equal((413, "payload_too_large"), (body.Status, body.Code));
        Assert.Equal(before, store.Appends);
        Assert.Equal(201, (await client.MoveAsync(alice, "revenue", 10)).Status);
    }

    private static async Task<List<Answer>> AskAsync(HttpClient client, string alice)
    {
        var hold = await client.PostAsync("/v1/holds", new { account = alice, amount = 50, expires_in_seconds = 60 }, "hold");
        var grant = await client.PostAsync("/v1/grants", new { account = alice, amount = 50, expires_at = "2026-04-01T00:00:00Z" }, "grant");
        return
        [
            await client.MoveAsync(alice, "revenue", 10, key: "move"),
            await client.MoveAsync(alice, "revenue", 5000, key: "poor"),
            await client.PostAsync($"/v1/transfers/{Guid.Empty}/reverse", new { }, "reverse"),
            await client.PostAsync("/v1/transfers/batch", new { transfers = new[] { new { from = alice, to = "revenue", amount = 1 }, new { from = alice, to = "revenue", amount = 5000 } } }, "batch"),
            hold,
            grant,
            await client.PostAsync($"/v1/holds/{(string)hold.Body["id"]!}/capture", new { amount = 20 }, "capture"),
            await client.PostAsync($"/v1/holds/{(string)hold.Body["id"]!}/void", new { }, "void"),
            await client.PostAsync("/v1/usage", new { events = new[] { new { id = "e1", account = alice, amount = 3 } } }, "usage"),
        ];
    }

    /// <summary>A body that does not say how long it is.</summary>
    private sealed class PushContent : HttpContent
    {
        private readonly int length;

        public PushContent(int length)
        {
            this.length = length;
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            try
            {
                for (var sent = 0; sent < length; sent += 8192)
                    await stream.WriteAsync(new byte[8192]);
            }
            catch (IOException)
            {
                // The server has answered already.
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = 0;
            return false;
        }
    }
}
