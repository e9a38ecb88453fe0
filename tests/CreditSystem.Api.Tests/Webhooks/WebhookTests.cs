using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Webhooks;
using CreditSystem.Ledger.Ownership;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Webhooks;

public sealed class WebhookTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Settings = new() { ["Webhooks:AllowPrivateAddresses"] = "true", ["Webhooks:MaxAttempts"] = "3" };

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
    public async Task Tells_of_a_transfer_signed_and_with_an_id_that_stays()
    {
        var (_, secret) = await SubscribeAsync();
        var moved = await FundAsync("alice", 500);

        await told.DeliverAsync();

        var posted = receiver.Received.Select(delivered => (delivered, body: JsonNode.Parse(delivered.Body)!)).Single(pair => (string?)pair.body["type"] == "transfer.posted");
        Assert.Equal(("500", owner.Tenant), ((string?)posted.body["data"]!["transfer"]!["amount"], (string?)posted.body["tenant"]));
        Assert.Equal((string?)moved["id"], (string?)posted.body["data"]!["transfer"]!["id"]);
        Assert.Equal((string?)posted.body["id"], posted.delivered.Id);
        Assert.Equal(WebhookSecrets.Sign(secret, posted.delivered.Id, Number(posted.delivered.Timestamp), posted.delivered.Body), posted.delivered.Signature);
        Assert.Equal(host.Time.GetUtcNow().ToUnixTimeSeconds(), Number(posted.delivered.Timestamp));
    }

    [Fact]
    public async Task Tells_only_what_came_after_what_is_wanted_and_what_is_the_tenants_own()
    {
        await FundAsync("before", 1);
        await SubscribeAsync("account.opened");
        var neighbour = await host.OpenTenantAsync();
        await neighbour.Client.OpenAsync("stranger");
        await FundAsync("after", 1);

        await told.DeliverAsync();

        var bodies = receiver.Received.Select(delivered => JsonNode.Parse(delivered.Body)!).ToList();
        Assert.All(bodies, body => Assert.Equal(("account.opened", owner.Tenant), ((string?)body["type"], (string?)body["tenant"])));
        Assert.Equal("after", (string?)Assert.Single(bodies, body => (string?)body["data"]!["account"]!["holder"] == "after")["data"]!["account"]!["holder"]);
        Assert.DoesNotContain(bodies, body => (string?)body["data"]!["account"]!["holder"] == "before");
    }

    [Fact]
    public async Task Tries_again_with_growing_waits_gives_up_into_the_dead_letter_list_and_delivers_again_when_asked()
    {
        var (id, _) = await SubscribeAsync("transfer.posted");
        await FundAsync("alice", 1);
        receiver.Status = 500;

        await told.DeliverAsync();
        Assert.Single(receiver.Received);
        await told.DeliverAsync();
        Assert.Single(receiver.Received);
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            host.Time.Advance(TimeSpan.FromMinutes(1));
            await told.DeliverAsync();
        }

        var dead = await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}/deliveries?status=dead");
        var delivery = Assert.Single(dead.Body["deliveries"]!.AsArray())!;
        Assert.Equal((3, 500), ((int)delivery["attempts"]!, (int)delivery["last_status"]!));
        // It is kept for a month, and then the database forgets it.
        var stored = await host.Database.GetCollection<BsonDocument>("webhook_deliveries").Find(new BsonDocument("_id", (string)delivery["id"]!)).SingleAsync(Cancellation);
        Assert.Equal(30, (stored["expires_at"].ToUniversalTime() - host.Time.GetUtcNow().UtcDateTime).TotalDays, tolerance: 0.01);
        host.Time.Advance(TimeSpan.FromMinutes(30));
        await told.DeliverAsync();
        var before = receiver.Received.Count;

        receiver.Status = 200;
        Assert.Equal(202, (await owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/deliveries/{delivery["id"]}/redeliver", new { })).Status);
        await told.DeliverAsync();

        Assert.Equal(before + 1, receiver.Received.Count);
        Assert.Single(receiver.Received.Select(delivered => delivered.Id).Distinct());
        Assert.Single((await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}/deliveries?status=delivered")).Body["deliveries"]!.AsArray());
    }

    [Fact]
    public async Task Shows_how_far_the_feed_is_behind_the_log_on_the_replica_that_reads_it()
    {
        var lags = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "credit_system_webhook_lag" && instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => lags.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Empty(lags);

        await SubscribeAsync("transfer.posted");
        await FundAsync("alice", 1);
        await told.FeedAsync();

        listener.RecordObservableInstruments();
        Assert.InRange(Assert.Single(lags), 0, 3600);
    }

    [Fact]
    public async Task Queues_each_event_once_however_often_and_by_whomever_the_log_is_read()
    {
        await SubscribeAsync("transfer.posted");
        await FundAsync("alice", 1);
        await ForgetAsync();
        await host.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation);
        await ForgetAsync();

        await using var replica = await IdentityHost.StartReplicaAsync(host, configuration: Settings);
        await replica.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation);
        await told.DeliverAsync();
        // It looks for what is due as it starts: then it is on its way from there.
        await replica.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation);

        Assert.Single(receiver.Received);
    }

    /// <summary>By its tenant, or because it has said to another replica that it is gone.</summary>
    [Theory]
    [InlineData("held")]
    [InlineData("disabled")]
    public async Task A_success_serves_no_endpoint_again_that_was_stopped_while_it_answered(string stopped)
    {
        var (id, _) = await SubscribeAsync("transfer.posted");
        await FundAsync("alice", 1);
        receiver.Status = 500;
        await told.DeliverAsync();
        var answer = new TaskCompletionSource();
        (receiver.Status, receiver.Until) = (204, answer.Task);
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var delivering = told.DeliverAsync();
        while (receiver.Received.Count < 2)
            await Task.Delay(10, Cancellation);

        var endpoints = host.Database.GetCollection<BsonDocument>("webhook_endpoints");
        await endpoints.UpdateOneAsync(
            new BsonDocument("_id", id), Builders<BsonDocument>.Update.Set(stopped, true), cancellationToken: Cancellation);
        answer.SetResult();
        await delivering;

        Assert.True((await endpoints.Find(new BsonDocument("_id", id)).SingleAsync(Cancellation))[stopped].AsBoolean);
    }

    [Fact]
    public async Task Leaves_the_events_of_a_log_to_the_replica_that_owns_it()
    {
        await SubscribeAsync("transfer.posted");
        await FundAsync("alice", 1);
        await using var replica = await IdentityHost.StartReplicaAsync(
            host, configuration: Settings, configure: services => services.AddSingleton<IOwnerTransport, NoWay>());

        await replica.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation);
        Assert.False(await replica.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation));
        await host.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation);
        Assert.False(await replica.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation));
        Assert.Empty(receiver.Received);
        await told.DeliverAsync();

        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task Signs_with_both_secrets_while_they_overlap()
    {
        var (id, old) = await SubscribeAsync("transfer.posted");
        var rotated = await owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/rotate-secret", new { overlap_seconds = 60 });
        var fresh = (string)rotated.Body["secret"]!;
        await FundAsync("alice", 1);
        await told.DeliverAsync();
        host.Time.Advance(TimeSpan.FromMinutes(2));
        await FundAsync("bob", 1);
        await told.DeliverAsync();

        var (during, after) = (receiver.Received.First(), receiver.Received.Last());
        Assert.Equal([Signed(fresh, during), Signed(old, during)], during.Signature.Split(' '));
        Assert.Equal(Signed(fresh, after), after.Signature);
    }

    [Fact]
    public async Task Hides_endpoints_of_another_tenant_and_shows_no_secret_twice()
    {
        var (id, secret) = await SubscribeAsync();
        var stranger = await host.OpenTenantAsync();

        Assert.Equal(404, (await stranger.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Status);
        Assert.Equal(404, (await stranger.Client.ReadAsync($"/v1/webhook-endpoints/{id}/deliveries")).Status);
        Assert.DoesNotContain(secret, (await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Text, StringComparison.Ordinal);
        using var deleted = await owner.Client.DeleteAsync($"/v1/webhook-endpoints/{id}", Cancellation);
        Assert.Equal(204, (int)deleted.StatusCode);
        Assert.Equal(404, (await owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Status);
    }

    /// <summary>How far the log has been read, and who reads it.</summary>
    private async Task ForgetAsync()
    {
        await host.Database.GetCollection<BsonDocument>("webhook_cursors").DeleteManyAsync("{}", Cancellation);
        await host.Database.GetCollection<BsonDocument>("webhook_endpoints").UpdateManyAsync("{}", new BsonDocument("$unset", new BsonDocument("cursor", "")), cancellationToken: Cancellation);
    }

    private static string Signed(string secret, WebhookReceiver.Delivered delivered) => WebhookSecrets.Sign(secret, delivered.Id, Number(delivered.Timestamp), delivered.Body);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private async Task<(string Id, string Secret)> SubscribeAsync(params string[] types)
    {
        var created = await owner.Client.PostAsync("/v1/webhook-endpoints", new { url = receiver.Address, types });
        Assert.True(created.Status == 201, created.Text);
        return ((string)created.Body["endpoint"]!["id"]!, (string)created.Body["secret"]!);
    }

    private async Task<JsonNode> FundAsync(string holder, long amount)
    {
        var account = await owner.Client.OpenAsync(holder);
        var moved = await owner.Client.MoveAsync("issuance", account, amount, kind: "purchase");
        Assert.True(moved.Status == 201, moved.Text);
        return moved.Body;
    }

    /// <summary>A replica with it is one of a cluster, and owns nothing.</summary>
    private sealed class NoWay : IOwnerTransport
    {
        public Task<ReadOnlyMemory<byte>> SendAsync(int partition, byte[] message) =>
            throw new InvalidOperationException("There is no other replica.");
    }
}
