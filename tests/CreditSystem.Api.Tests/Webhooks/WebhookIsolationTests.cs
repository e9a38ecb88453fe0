using CreditSystem.Api.Tests.Access;
using CreditSystem.Identity.SecurityAudit;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>What one endpoint does costs nobody else anything, and costs it nothing that happened.</summary>
public sealed class WebhookIsolationTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Webhooks:AllowPrivateAddresses"] = "true",
        ["Webhooks:PauseAfterFailures"] = "3",
        ["Webhooks:MaxAttempts"] = "50",
        ["Webhooks:TimeoutSeconds"] = "60",
    };

    private ToldHost told = null!;
    private WebhookReceiver receiver = null!;
    private IdentityHost host = null!;
    private Registered owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        told = await ToldHost.StartAsync(mongo, redis, Settings);
        (host, receiver, owner) = (told.Api, told.Receiver, told.Owner);
    }

    public ValueTask DisposeAsync() => told.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_never_answers_keeps_nobody_else_waiting()
    {
        var release = new TaskCompletionSource();
        receiver.Until = release.Task;
        await SubscribeAsync(owner, receiver);
        for (var i = 0; i < 20; i++)
            await owner.Client.OpenAsync($"holder-{i}");
        await told.FeedAsync();
        await UntilToldAsync(receiver);
        await using var other = await WebhookReceiver.StartAsync();
        var neighbour = await host.OpenTenantAsync();
        await SubscribeAsync(neighbour, other);
        await neighbour.Client.OpenAsync("alice");
        await told.FeedAsync();
        await UntilToldAsync(other);
        var (delivered, stuck) = (other.Received.Count, receiver.Received.Count);
        release.SetResult();

        Assert.Equal(1, delivered);
        Assert.InRange(stuck, 1, 4);
    }

    [Fact]
    public async Task An_endpoint_that_keeps_failing_is_paused_says_so_and_gets_all_of_it_once_it_is_back()
    {
        var id = await SubscribeAsync(owner, receiver);
        receiver.Status = 500;
        for (var i = 0; i < 8; i++)
            await owner.Client.OpenAsync($"holder-{i}");

        await told.DeliverAsync();
        var paused = (await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Body;
        var attempts = receiver.Received.Count;
        await owner.Client.OpenAsync("late");
        host.Time.Advance(TimeSpan.FromSeconds(50));
        await told.DeliverAsync();

        Assert.Equal(("paused", "status 500"), ((string?)paused["status"], ((string?)paused["reason"])?.Split("the last: ")[1].TrimEnd('.')));
        Assert.InRange(attempts, 3, 6);
        Assert.Equal(attempts, receiver.Received.Count);
        await host.Services.GetRequiredService<SecurityAuditTrail>().FlushAsync(Cancellation);
        var events = (await owner.Client.ReadAsync("/v1/audit/events?action=PauseWebhookEndpoint")).Body["events"]!.AsArray();
        Assert.Equal(id, (string?)Assert.Single(events)!["target"]);

        // One look whether it is back, and then nothing for longer.
        host.Time.Advance(TimeSpan.FromMinutes(20));
        await told.DeliverAsync();
        Assert.Equal(attempts + 1, receiver.Received.Count);

        receiver.Status = 204;
        Assert.Equal("active", (string?)(await owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/enable", new { })).Body["status"]);
        await told.DeliverAsync();
        Assert.Equal(9, receiver.Received.Select(delivered => delivered.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_is_disabled_until_somebody_enables_it_and_then_goes_on_where_it_was()
    {
        var id = await SubscribeAsync(owner, receiver);
        receiver.Status = 410;
        await owner.Client.OpenAsync("first");
        await told.DeliverAsync();
        await owner.Client.OpenAsync("second");
        host.Time.Advance(TimeSpan.FromMinutes(20));
        await told.DeliverAsync();

        var disabled = (await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Body;
        Assert.Equal(("disabled", "It answered 410 Gone.", 1), ((string?)disabled["status"], (string?)disabled["reason"], receiver.Received.Count));
        Assert.Equal("dead", (string?)(await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}/deliveries")).Body["deliveries"]!.AsArray().Single()!["status"]);

        receiver.Status = 204;
        Assert.Equal(200, (await owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/enable", new { })).Status);
        await told.DeliverAsync();
        Assert.Contains("second", receiver.Received.Last().Body, StringComparison.Ordinal);
        Assert.Equal(2, receiver.Received.Count);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task An_endpoint_is_left_alone_for_as_long_as_it_asks(int status)
    {
        await SubscribeAsync(owner, receiver);
        (receiver.Status, receiver.RetryAfter) = (status, "600");
        await owner.Client.OpenAsync("alice");
        await told.DeliverAsync();
        (receiver.Status, receiver.RetryAfter) = (204, null);
        await owner.Client.OpenAsync("bob");

        host.Time.Advance(TimeSpan.FromSeconds(590));
        await told.DeliverAsync();
        Assert.Single(receiver.Received);

        host.Time.Advance(TimeSpan.FromSeconds(20));
        await told.DeliverAsync();
        Assert.Equal(2, receiver.Received.Select(delivered => delivered.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_endpoint_is_told_of_everything_since_it_was_made_also_beside_another()
    {
        await using var other = await WebhookReceiver.StartAsync();
        await SubscribeAsync(owner, other);
        var id = await SubscribeAsync(owner, receiver);
        var endpoints = host.Database.GetCollection<BsonDocument>("webhook_endpoints");
        // Not among those that the feed reads for, as if it had listed them a moment before this one was made.
        await endpoints.UpdateOneAsync(new BsonDocument("_id", id), Builders<BsonDocument>.Update.Set("disabled", true), cancellationToken: Cancellation);
        await owner.Client.OpenAsync("alice");
        await told.FeedAsync();
        await endpoints.UpdateOneAsync(new BsonDocument("_id", id), Builders<BsonDocument>.Update.Set("disabled", false), cancellationToken: Cancellation);
        await owner.Client.OpenAsync("bob");

        await told.DeliverAsync();

        Assert.Equal(2, other.Received.Count);
        Assert.Equal(["alice", "bob"], receiver.Received.Select(delivered => delivered.Body.Contains("alice", StringComparison.Ordinal) ? "alice" : "bob").Order());
    }

    private static async Task<string> SubscribeAsync(Registered tenant, WebhookReceiver to)
    {
        var created = await tenant.Client.PostAsync("/v1/webhook-endpoints", new { url = to.Address, types = new[] { "account.opened" } });
        Assert.True(created.Status == 201, created.Text);
        return (string)created.Body["endpoint"]!["id"]!;
    }

    /// <summary>By the host's own workers, as time goes by.</summary>
    private async Task UntilToldAsync(WebhookReceiver endpoint)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (endpoint.Received.IsEmpty && !timeout.IsCancellationRequested)
        {
            host.Time.Advance(TimeSpan.FromSeconds(4));
            await Task.Delay(20, Cancellation);
        }
    }
}
