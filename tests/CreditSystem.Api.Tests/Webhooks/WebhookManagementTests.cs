using System.Net.Http.Json;
using CreditSystem.Identity;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>Endpoints are changed, paused and tried out by those who have the scopes for it.</summary>
public sealed class WebhookManagementTests(SharedToldApi api) : IAsyncLifetime, IClassFixture<SharedToldApi>
{
    private ToldHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await api.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task What_is_on_its_way_goes_to_the_new_address_and_what_is_absent_stays()
    {
        await using var other = await WebhookReceiver.StartAsync();
        var id = await host.SubscribeAsync("account.opened");
        await host.Owner.Client.OpenAsync("alice");

        var changed = await PatchAsync(id, new { url = other.Address });
        await host.DeliverAsync();

        Assert.Equal((200, other.Address), (changed.Status, (string?)changed.Body["url"]));
        Assert.Equal(["account.opened"], changed.Body["types"]!.AsArray().Select(type => (string?)type));
        Assert.Equal((0, 1), (host.Receiver.Received.Count, other.Received.Count));
    }

    [Fact]
    public async Task An_endpoint_is_told_of_the_types_that_it_was_changed_to()
    {
        var id = await host.SubscribeAsync("account.opened");

        var changed = await PatchAsync(id, new { types = new[] { "hold.placed", "transfer.posted", "hold.placed" } });
        await host.Owner.Client.OpenFundedAsync("alice", 10);
        await host.DeliverAsync();
        var all = await PatchAsync(id, new { types = Array.Empty<string>() });

        Assert.Equal(["hold.placed", "transfer.posted"], changed.Body["types"]!.AsArray().Select(type => (string?)type).Order());
        Assert.Equal(host.Receiver.Address, (string?)changed.Body["url"]);
        Assert.Equal(["transfer.posted"], host.Told.Select(body => (string?)body["type"]));
        Assert.Empty(all.Body["types"]!.AsArray());
    }

    [Theory]
    [InlineData("""{}""", "malformed")]
    [InlineData("""{"url":"ftp://shop.example/hook"}""", "invalid_url")]
    [InlineData("""{"url":"https://user:pass@shop.example/hook"}""", "invalid_url")]
    [InlineData("""{"url":"https://shop.example/hook\n"}""", "invalid_url")]
    [InlineData("""{"types":["hold.borrowed"]}""", "invalid_types")]
    [InlineData("""{"secret":"mine"}""", "malformed")]
    public async Task A_change_that_makes_no_sense_changes_nothing(string body, string code)
    {
        var id = await host.SubscribeAsync("account.opened");
        var before = await host.Owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await Answer.OfAsync(await host.Owner.Client.PatchAsync($"/v1/webhook-endpoints/{id}", content, Cancellation));

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal(before.Text, (await host.Owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Text);
    }

    [Fact]
    public async Task A_paused_endpoint_gets_nothing_until_it_is_enabled_and_then_all_that_happened()
    {
        var id = await host.SubscribeAsync("account.opened");
        await host.Owner.Client.OpenAsync("before");

        var paused = await host.Owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/pause", new { });
        await host.Owner.Client.OpenAsync("meanwhile");
        await host.DeliverAsync();
        host.Api.Time.Advance(TimeSpan.FromDays(2));
        await host.DeliverAsync();
        Assert.Empty(host.Receiver.Received);
        var owner = host.Api.ClientOf(Role.Owner, host.Owner.Tenant);
        var enabled = await owner.PostAsync($"/v1/webhook-endpoints/{id}/enable", new { });
        await host.DeliverAsync();

        Assert.Equal((200, "paused", true), (paused.Status, (string?)paused.Body["status"], paused.Body["reason"] is not null));
        Assert.Null(paused.Body["paused_until"]);
        Assert.Equal((200, "active"), (enabled.Status, (string?)enabled.Body["status"]));
        Assert.Equal(["before", "meanwhile"], host.Told.Select(body => (string?)body["data"]!["account"]!["holder"]));
    }

    [Fact]
    public async Task A_test_event_is_signed_and_delivered_whatever_the_endpoint_is_told_of_and_belongs_to_nothing()
    {
        var id = await host.SubscribeAsync("account.opened");

        var sent = await host.Owner.Client.PostAsync($"/v1/webhook-endpoints/{id}/send-test", new { });
        await host.DeliverAsync();

        var delivered = Assert.Single(host.Receiver.Received);
        Assert.Equal((202, "webhook.test", delivered.Id), (sent.Status, (string?)sent.Body["type"], (string?)sent.Body["event"]));
        Assert.StartsWith("v1,", delivered.Signature, StringComparison.Ordinal);
        var body = Assert.Single(host.Told);
        Assert.Equal(("webhook.test", host.Owner.Tenant), ((string?)body["type"], (string?)body["tenant"]));
        Assert.Empty(body["data"]!.AsObject());
    }

    [Fact]
    public async Task Another_tenant_changes_pauses_and_tries_out_nothing()
    {
        var id = await host.SubscribeAsync();
        var stranger = (await host.Api.OpenTenantAsync()).Client;
        using var body = JsonContent.Create(new { url = host.Receiver.Address });

        Assert.Equal(404, (int)(await stranger.PatchAsync($"/v1/webhook-endpoints/{id}", body, Cancellation)).StatusCode);
        foreach (var action in (string[])["pause", "enable", "send-test", "rotate-secret"])
            Assert.Equal(404, (await stranger.PostAsync($"/v1/webhook-endpoints/{id}/{action}", new { })).Status);
        Assert.Equal("active", (string?)(await host.Owner.Client.ReadAsync($"/v1/webhook-endpoints/{id}")).Body["status"]);
    }

    [Theory]
    [InlineData("keys:admin", 403, 403)]
    [InlineData("webhooks:read", 200, 403)]
    [InlineData("webhooks:write", 403, 200)]
    public async Task A_key_reads_with_one_scope_and_changes_with_another(string scope, int reading, int changing)
    {
        var id = await host.SubscribeAsync();
        var issued = await host.Owner.Client.PostAsync("/v1/api-keys", new { name = "hooks", scopes = new[] { scope } });
        var client = host.Api.Client((string)issued.Body["key"]!);
        var (read, changed) = (new List<int>(), new List<int>());

        foreach (var path in (string[])["", $"/{id}", $"/{id}/deliveries"])
            read.Add((await client.ReadAsync("/v1/webhook-endpoints" + path)).Status);
        using var body = JsonContent.Create(new { types = Array.Empty<string>() });
        changed.Add((int)(await client.PatchAsync($"/v1/webhook-endpoints/{id}", body, Cancellation)).StatusCode);
        foreach (var action in (string[])["pause", "enable", "rotate-secret"])
            changed.Add((await client.PostAsync($"/v1/webhook-endpoints/{id}/{action}", new { })).Status);

        Assert.All(read, status => Assert.Equal(reading, status));
        Assert.All(changed, status => Assert.Equal(changing, status));
        var made = await client.PostAsync("/v1/webhook-endpoints", new { url = host.Receiver.Address });
        var tested = await client.PostAsync($"/v1/webhook-endpoints/{id}/send-test", new { });
        Assert.Equal(changing == 200 ? (201, 202) : (403, 403), (made.Status, tested.Status));
    }

    private async Task<Answer> PatchAsync(string id, object body)
    {
        using var content = JsonContent.Create(body);
        return await Answer.OfAsync(await host.Owner.Client.PatchAsync($"/v1/webhook-endpoints/{id}", content, Cancellation));
    }
}
