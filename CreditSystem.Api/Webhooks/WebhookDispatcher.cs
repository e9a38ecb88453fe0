using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Outbox;
using CreditSystem.Ledger.Partitions;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Webhooks;

/// <summary>
/// Reads the logs that this replica owns from each endpoint's durable cursor, and queues the events that it wants. The cursor moves
/// after the events are queued: killed in between, they are read again and found queued. While nobody has an endpoint it reads nothing.
/// </summary>
internal sealed partial class WebhookDispatcher(
    WebhookStore store, CreditLedger ledger, OutboxReader outbox, WebhookMetrics metrics, IOptions<WebhookOptions> options,
    TimeProvider time, ILogger<WebhookDispatcher> logger) : PollingService(time)
{
    private const int BlocksAtOnce = 50;
    private const int DeliveriesAtOnce = 200;

    /// <summary>One look at the log. True when there may be more.</summary>
    internal async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        // A disabled one has its place in the log, and goes on there once it is enabled.
        var endpoints = (await store.ListAsync(tenant: null, cancellationToken))
            .FindAll(endpoint => endpoint is { Disabled: false, IsHeld: false } && ledger.Partitions[endpoint.Partition].IsOwned);
        if (endpoints.Count == 0)
        {
            metrics.CaughtUp(null);
            return false;
        }

        var started = Time.GetTimestamp();
        var (isMore, isWhole) = (false, true);
        foreach (var partition in endpoints.GroupBy(endpoint => endpoint.Partition))
            try
            {
                isMore |= await ReadPartitionAsync(partition.Key, partition, cancellationToken);
            }
            catch (Exception failure) when (failure is LedgerCorruptException or LedgerUnavailableException)
            {
                // A log that cannot be read is its tenants' misfortune, and nobody else's.
                isWhole = false;
                WebhookDispatcherLog.LogFailed(logger, partition.Key, failure.Message);
            }
        if (!isMore && isWhole)
            metrics.CaughtUp(started);
        return isMore;
    }

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(options.Value.PollMilliseconds);

    protected override Task<bool> PollAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    protected override void OnFailure(Exception failure) => WebhookDispatcherLog.Failed(logger, failure.GetType().Name);

    /// <summary>Each endpoint has its own place: those at the same one are read for together, so that one far back holds up none.</summary>
    private async Task<bool> ReadPartitionAsync(int partition, IEnumerable<WebhookEndpoint> endpoints, CancellationToken cancellationToken)
    {
        var isMore = false;
        var shared = endpoints.All(endpoint => endpoint.Cursor is not null)
            ? 0
            : await store.ReadCursorAsync(partition, cancellationToken) ?? 0;
        foreach (var group in endpoints.GroupBy(endpoint => endpoint.Cursor ?? Math.Max(shared, endpoint.Since)).ToList())
            isMore |= await ReadGroupAsync(partition, group.Key, [.. group], cancellationToken);
        return isMore;
    }

    private async Task<bool> ReadGroupAsync(int partition, long cursor, WebhookEndpoint[] endpoints, CancellationToken cancellationToken)
    {
        var batch = await outbox.ReadAsync(partition, cursor, BlocksAtOnce, cancellationToken);
        using var activity = batch.Events.Count > 0 ? WebhookTracing.Queue(batch.Events.Count) : null;
        var deliveries = new List<WebhookDelivery>();
        foreach (var ledgerEvent in batch.Events)
        {
            string? body = null;
            foreach (var endpoint in endpoints.Where(endpoint =>
                endpoint.Tenant == ledgerEvent.Tenant && ledgerEvent.Block > endpoint.Since && endpoint.Wants(ledgerEvent.Type)))
            {
                body ??= WebhookBody.Write(ledgerEvent, await ChangedAsync(ledgerEvent, cancellationToken));
                deliveries.Add(
                    WebhookDelivery.Create(endpoint, ledgerEvent.Id, ledgerEvent.Type, body, Time.GetUtcNow().UtcDateTime));
            }
        }
        foreach (var chunk in deliveries.Chunk(DeliveriesAtOnce))
        {
            await store.QueueAsync(chunk, cancellationToken);
            metrics.Queued(chunk.Length);
        }

        if (batch.Block > cursor)
            await store.AdvanceAsync(endpoints.Select(endpoint => endpoint.Id), batch.Block, cancellationToken);
        return batch.MayGoOn;
    }

    // The record says what is new about an account; whose it is, it had from the beginning.
    private async Task<AccountState?> ChangedAsync(OutboxEvent ledgerEvent, CancellationToken cancellationToken)
    {
        if (ledgerEvent.Posting < 0 || ledgerEvent.Record.Postings[ledgerEvent.Posting].Entries[0] is not { Terms: not null } entry)
            return null;
        var known = await ledger.FindKnownAsync(ledgerEvent.Tenant, [entry.Account], cancellationToken);
        return known.GetValueOrDefault(entry.Account);
    }

    private static partial class WebhookDispatcherLog
    {
        [LoggerMessage(4101, LogLevel.Warning, "The log could not be read for webhooks, the next attempt follows: {Failure}")]
        public static partial void Failed(ILogger logger, string failure);

        [LoggerMessage(
            4107, LogLevel.Error, "The log of partition {Partition} cannot be read for webhooks; those of other logs go on: {Failure}")]
        public static partial void LogFailed(ILogger logger, int partition, string failure);
    }
}
