using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>The API and a tenant that is told what happens; the test says when the log is read and what is due is sent.</summary>
internal sealed class ToldHost : IAsyncDisposable
{
    private ToldHost(IdentityHost api, WebhookReceiver receiver, Registered owner) => (Api, Receiver, Owner) = (api, receiver, owner);

    public IdentityHost Api { get; }

    public WebhookReceiver Receiver { get; }

    public Registered Owner { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What has been delivered, in the order of the log.</summary>
    public IReadOnlyList<JsonNode> Told =>
        [.. Receiver.Received.Select(delivered => JsonNode.Parse(delivered.Body)!).OrderBy(body => (long)body["block"]!)];

    public static async Task<ToldHost> StartAsync(MongoServer mongo, RedisServer redis)
    {
        var receiver = await WebhookReceiver.StartAsync();
        var api = await IdentityHost.StartAsync(
            mongo, await redis.GetConnectionStringAsync(), new() { ["Webhooks:AllowPrivateAddresses"] = "true" });
        return new ToldHost(api, receiver, await api.OpenTenantAsync());
    }

    /// <returns>The id of the endpoint.</returns>
    public async Task<string> SubscribeAsync(params string[] types)
    {
        var created = await Owner.Client.PostAsync("/v1/webhook-endpoints", new { url = Receiver.Address, types });
        Assert.True(created.Status == 201, created.Text);
        return (string)created.Body["endpoint"]!["id"]!;
    }

    public async Task DeliverAsync()
    {
        while (await Api.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation))
        {
            // More of the log.
        }

        while (await Api.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation))
        {
            // More on its way.
        }
    }

    /// <summary>The only event of a type.</summary>
    public JsonNode Event(string type) => Assert.Single(Told, body => (string?)body["type"] == type);

    /// <summary>What is in an answer of the API that must be there.</summary>
    public async Task<JsonNode> DoneAsync(string path, object body)
    {
        var answer = await Owner.Client.PostAsync(path, body);
        Assert.True(answer.Status is 200 or 201, $"{path}: {answer.Text}");
        return answer.Body;
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
