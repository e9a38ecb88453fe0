using System.Globalization;
using CreditSystem.Api.Payments;
using CreditSystem.Testing;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>Payments are found by whose they are, how they stand and when they were begun.</summary>
public sealed class PaymentListTests(SharedShop shop) : IAsyncLifetime, IClassFixture<SharedShop>
{
    private readonly List<string> begun = [];
    private PaymentHost host = null!;
    private string other = null!;
    private DateTimeOffset start;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await shop.OpenAsync();
        start = host.Api.Time.GetUtcNow();
        other = await host.Owner.Client.OpenAsync("otto");
        for (var i = 0; i < 4; i++)
        {
            begun.Add(i % 2 == 0 ? await host.BeginAsync() : await BeginForOtherAsync());
            host.Api.Time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task By_whose_accounts_they_are_for()
    {
        Assert.Equal([3, 2, 1, 0], await FindAsync(""));
        Assert.Equal([3, 1], await FindAsync($"account={other}"));
        Assert.Equal([3, 1], await FindAsync($"account={other.ToUpperInvariant()}"));
        Assert.Equal([3, 1], await FindAsync("holder=otto"));
        Assert.Equal([3, 1], await FindAsync("holder=%20otto&asset=credits"));
        Assert.Equal([2, 0], await FindAsync($"holder={host.Buyer.Id}"));
        Assert.Equal([3, 1], await FindAsync($"holder=otto&account={other}"));
        Assert.Empty(await FindAsync($"holder=otto&account={host.Buyer.Wallet}"));
        Assert.Empty(await FindAsync("holder=nobody"));
    }

    [Fact]
    public async Task By_when_they_were_begun_and_how_they_stand()
    {
        host.Stripe.Pay(begun[2]);
        Assert.Equal(200, await host.NotifyAsync("payment_intent.succeeded", begun[2]));

        Assert.Equal([3, 2, 1], await FindAsync($"created[gte]={At(10)}"));
        Assert.Equal([0], await FindAsync($"created[lt]={At(10)}"));
        Assert.Equal([2, 1], await FindAsync($"created[gte]={At(10)}&created[lt]={At(30)}"));
        Assert.Equal([2], await FindAsync("status=succeeded"));
        Assert.Empty(await FindAsync("status=succeeded&holder=otto"));
    }

    [Fact]
    public async Task In_pages_that_keep_to_what_was_asked()
    {
        var first = await host.Owner.Client.ReadAsync("/v1/payments?holder=otto&limit=1");

        Assert.Equal(begun[3], (string?)Assert.Single(first.Body["payments"]!.AsArray())!["id"]);
        Assert.Equal([1], await FindAsync($"holder=otto&limit=1&cursor={first.Body["next_cursor"]}"));
    }

    [Fact]
    public async Task A_user_finds_its_own_whatever_it_asks_for()
    {
        Assert.Equal([2, 0], await FindAsync("holder=otto", host.Buyer.Client));
        Assert.Empty(await FindAsync($"account={other}", host.Buyer.Client));
    }

    [Theory]
    [InlineData("created[gte]=yesterday", "invalid_created")]
    [InlineData("created[lt]=2026-01-31T12:00:00", "invalid_created")]
    [InlineData("asset=gold", "unknown_asset")]
    [InlineData("holder=", "invalid_holder")]
    [InlineData("reference=r", "unknown_parameter")]
    public async Task What_makes_no_sense_is_refused(string query, string code)
    {
        foreach (var path in (string[])["/v1/payments", "/v1/payments/intents"])
        {
            var answer = await host.Owner.Client.ReadAsync($"{path}?{query}");
            Assert.Equal((400, code), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Each_filter_that_leaves_few_has_an_index_in_the_order_of_the_list()
    {
        using var cursor = await host.Api.Database.GetCollection<BsonDocument>("payments").Indexes.ListAsync(Cancellation);
        var indexes = await cursor.ToListAsync(Cancellation);
        var keys = indexes.Select(index => string.Join(' ', index["key"].AsBsonDocument.Names)).ToList();

        foreach (var filter in (string[])["", "account ", "status ", "principal "])
            Assert.Contains($"tenant {filter}created_at _id", keys);
    }

    /// <summary>The server itself says so.</summary>
    [Fact]
    public async Task No_list_reads_the_whole_collection()
    {
        var tenant = new PaymentQuery(host.Owner.Tenant);
        PaymentQuery[] queries =
        [
            tenant, tenant with { Accounts = [other] }, tenant with { Accounts = [other, host.Buyer.Wallet] },
            tenant with { Status = "succeeded" }, tenant with { Principal = host.Buyer.Id }, tenant with { From = DateTime.UnixEpoch },
            tenant with { After = (DateTime.UnixEpoch, begun[0]) },
        ];
        foreach (var query in queries)
        {
            var stages = await ExplainAsync(query);
            Assert.DoesNotContain(stages, stage => stage["stage"] == "COLLSCAN");
            Assert.Contains(stages, stage => stage.GetValue("indexName", "").AsString.StartsWith("tenant_", StringComparison.Ordinal));
        }
    }

    private async Task<List<BsonDocument>> ExplainAsync(PaymentQuery query)
    {
        var registry = BsonSerializer.SerializerRegistry;
        var find = new BsonDocument
        {
            ["find"] = "payments",
            ["filter"] = query.ToFilter().Render(new(registry.GetSerializer<Payment>(), registry)),
            ["sort"] = new BsonDocument { ["created_at"] = -1, ["_id"] = -1 },
            ["limit"] = 50,
        };
        var plan = await host.Api.Database.RunCommandAsync<BsonDocument>(
            new BsonDocument { ["explain"] = find, ["verbosity"] = "queryPlanner" }, readPreference: null, Cancellation);
        return [.. plan["queryPlanner"]["winningPlan"]["stages"].AsBsonArray.Select(stage => stage.AsBsonDocument)];
    }

    private string At(int seconds) => Uri.EscapeDataString(
        start.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    private async Task<string> BeginForOtherAsync()
    {
        var answer = await host.Owner.Client.PostAsync("/v1/payments/intents", new { package = "credits-100", account = other });
        Assert.True(answer.Status == 201, answer.Text);
        return (string)answer.Body["id"]!;
    }

    /// <returns>Which ones in the order in which they were begun.</returns>
    private async Task<List<int>> FindAsync(string query, HttpClient? client = null)
    {
        var answer = await (client ?? host.Owner.Client).ReadAsync($"/v1/payments?{query}");
        Assert.True(answer.Status == 200, answer.Text);
        return [.. answer.Body["payments"]!.AsArray().Select(payment => begun.IndexOf((string)payment!["id"]!))];
    }
}
