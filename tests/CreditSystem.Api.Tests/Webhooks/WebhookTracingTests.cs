using System.Collections.Concurrent;
using System.Diagnostics;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Webhooks;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>Deliveries are spans by OpenTelemetry's conventions for messaging.</summary>
public sealed class WebhookTracingTests(MongoServer mongo, RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(204, null)]
    [InlineData(500, "500")]
    public async Task Shows_each_attempt_with_its_message_and_what_became_of_it_and_no_more(int status, string? errorType)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WebhookMetrics.MeterName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Status = status;
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new() { ["Webhooks:AllowPrivateAddresses"] = "true" });
        var owner = await host.OpenTenantAsync();
        var subscribed = await owner.Client.PostAsync("/v1/webhook-endpoints", new { url = receiver.Address, types = new[] { "account.opened" } });
        Assert.Equal(201, subscribed.Status);
        await owner.Client.OpenAsync("alice");

        while (await host.Services.GetRequiredService<WebhookDispatcher>().ReadAsync(Cancellation))
        {
            // More of the log.
        }

        while (await host.Services.GetRequiredService<WebhookSender>().SendDueAsync(Cancellation))
        {
            // More that is due.
        }

        // Other tests deliver as well.
        var message = Assert.Single(receiver.Received).Id;
        var sent = Assert.Single(spans, span => (string?)span.GetTagItem("messaging.message.id") == message);
        Assert.Equal(("send webhooks", ActivityKind.Producer), (sent.OperationName, sent.Kind));
        Assert.Equal(("send", "send", "webhooks", 1), (sent.GetTagItem("messaging.operation.type"), sent.GetTagItem("messaging.operation.name"), sent.GetTagItem("messaging.destination.name"), sent.GetTagItem("webhook.attempt")));
        Assert.Equal((errorType, errorType is null ? ActivityStatusCode.Unset : ActivityStatusCode.Error), ((string?)sent.GetTagItem("error.type"), sent.Status));
        Assert.Contains(spans, span => span.OperationName == "create webhooks" && (int?)span.GetTagItem("messaging.batch.message_count") > 0);
        Assert.DoesNotContain(sent.TagObjects, tag => $"{tag.Value}".Contains(owner.Tenant, StringComparison.Ordinal) || $"{tag.Value}".Contains("127.0.0.1", StringComparison.Ordinal));
    }
}
