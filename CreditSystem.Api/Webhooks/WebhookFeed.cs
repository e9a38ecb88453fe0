using CreditSystem.Api.Ledger.Outbox;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Webhooks;

/// <summary>
/// Reads the log from a durable cursor and queues each event for the endpoints that want it. The cursor moves after the
/// events are queued: killed in between, they are read again and found queued. While nobody has an endpoint it reads nothing.
/// </summary>
internal sealed partial class WebhookFeed(
    WebhookStore store, OutboxReader outbox, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookFeed> logger) : BackgroundService
{
    private const int BlocksAtOnce = 50;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(15);

    private readonly string owner = Guid.NewGuid().ToString("N");

    /// <summary>One look at the log. True when there may be more.</summary>
    internal async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var endpoints = await store.ListAsync(tenant: null, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        if (endpoints.Count == 0 || !await store.LeaseAsync(owner, now, now + LeaseTime, cancellationToken))
        {
            metrics.CaughtUp(null);
            return false;
        }

        var started = time.GetTimestamp();
        var isMore = false;
        foreach (var partition in endpoints.GroupBy(endpoint => endpoint.Partition))
            isMore |= await ReadPartitionAsync(partition.Key, [.. partition], cancellationToken);
        if (!isMore)
            metrics.CaughtUp(started);
        return isMore;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isMore = false;
            try
            {
                isMore = await ReadAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                WebhookFeedLog.Failed(logger, failure.GetType().Name);
            }

            if (!isMore)
                await Task.Delay(TimeSpan.FromMilliseconds(options.Value.PollMilliseconds), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> ReadPartitionAsync(int partition, WebhookEndpoint[] endpoints, CancellationToken cancellationToken)
    {
        var cursor = Math.Max(await store.ReadCursorAsync(partition, cancellationToken) ?? 0, endpoints.Min(endpoint => endpoint.Since));
        var batch = await outbox.ReadAsync(partition, cursor, BlocksAtOnce, cancellationToken);
        using var activity = batch.Events.Count > 0 ? WebhookTracing.Queue(batch.Events.Count) : null;
        foreach (var happened in batch.Events)
        {
            string? body = null;
            foreach (var endpoint in endpoints.Where(endpoint => endpoint.Tenant == happened.Tenant && happened.Block > endpoint.Since && endpoint.Wants(happened.Type)))
                await QueueAsync(endpoint, happened, body ??= WebhookBody.Write(happened), cancellationToken);
        }

        if (batch.Block == cursor)
            return false;
        await store.WriteCursorAsync(partition, batch.Block, cancellationToken);
        return batch.Block - cursor == BlocksAtOnce;
    }

    private async Task QueueAsync(WebhookEndpoint endpoint, OutboxEvent happened, string body, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await store.QueueAsync(new WebhookDelivery
        {
            Id = $"{endpoint.Id}.{happened.Id:N}",
            Endpoint = endpoint.Id,
            Tenant = endpoint.Tenant,
            Event = happened.Id.ToString("D"),
            Type = happened.Type,
            Body = body,
            Status = WebhookDelivery.Pending,
            NextAt = now,
            CreatedAt = now,
        }, cancellationToken);
        metrics.Queued();
    }

    private static partial class WebhookFeedLog
    {
        [LoggerMessage(4101, LogLevel.Warning, "The log could not be read for webhooks, the next attempt follows: {Failure}")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
