using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>The API and a tenant that is told what happens; the test says when the log is read and what is due is sent.</summary>
internal sealed class ToldHost : IAsyncDisposable
{
    private readonly bool isShared;

    private ToldHost(IdentityHost api, WebhookReceiver receiver, Registered owner, bool isShared) =>
        (Api, Receiver, Owner, this.isShared) = (api, receiver, owner, isShared);

    public IdentityHost Api { get; }

    public WebhookReceiver Receiver { get; }

    public Registered Owner { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What has been delivered, in the order of the log.</summary>
    public IReadOnlyList<JsonNode> Told =>
        [.. Receiver.Received.Select(delivered => JsonNode.Parse(delivered.Body)!).OrderBy(body => (long)body["block"]!)];

    /// <param name="mongo">Where the API's documents are.</param>
    /// <param name="redis">Its Redis.</param>
    /// <param name="settings">Besides that the receiver may be on this machine.</param>
    public static async Task<ToldHost> StartAsync(MongoServer mongo, RedisServer redis, Dictionary<string, string?>? settings = null) =>
        await OpenAsync(
            await IdentityHost.StartAsync(
                mongo, await redis.GetConnectionStringAsync(), new(settings ?? []) { ["Webhooks:AllowPrivateAddresses"] = "true" }),
            isShared: false);

    /// <summary>Another tenant and receiver of an API that others use too.</summary>
    public static Task<ToldHost> OpenAsync(IdentityHost api) => OpenAsync(api, isShared: true);

    private static async Task<ToldHost> OpenAsync(IdentityHost api, bool isShared) =>
        new(api, await WebhookReceiver.StartAsync(), await api.OpenTenantAsync(), isShared);

    /// <returns>The id of the endpoint.</returns>
    public async Task<string> SubscribeAsync(params string[] types)
    {
        var created = await Owner.Client.PostAsync("/v1/webhook-endpoints", new { url = Receiver.Address, types });
        Assert.True(created.Status == 201, created.Text);
        return (string)created.Body["endpoint"]!["id"]!;
    }

    /// <summary>Reads the log to its end.</summary>
    public async Task FeedAsync()
    {
        while (await Api.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation))
        {
            // More of the log.
        }
    }

    /// <summary>Reads the log to its end and sends what is due.</summary>
    public async Task DeliverAsync()
    {
        await FeedAsync();
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
        var own = new BsonDocument("tenant", Owner.Tenant);
        if (!isShared)
            await Api.DisposeAsync();
        else
            foreach (var name in (string[])["webhook_endpoints", "webhook_deliveries"])
                await Api.Database.GetCollection<BsonDocument>(name).DeleteManyAsync(own, Cancellation);
        await Receiver.DisposeAsync();
    }
}
