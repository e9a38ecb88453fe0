using System.Collections.Concurrent;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Webhooks;

/// <summary>
/// Delivers what is due, at least once: a sender that was killed after a response and before it was noted is followed by one that asks
/// again. Each endpoint has a worker of its own while something is due for it, so that one that does not answer keeps waiting
/// nobody but itself; how many a tenant, and all together, may have at once is bounded.
/// </summary>
internal sealed partial class WebhookSender(
    WebhookStore store, CreditLedger ledger, WebhookPost post, WebhookHealth health, IOptions<WebhookOptions> options, TimeProvider time,
    ILogger<WebhookSender> logger) : PollingService(time)
{
    /// <summary>Requests at once to an endpoint that answers; one to an endpoint that has failed.</summary>
    private const int Parallel = 4;

    /// <summary>What one worker delivers before others of the tenant have their turn.</summary>
    private const int MostAtOnce = 50;

    private readonly ConcurrentDictionary<string, (string Tenant, Task Work)> workers = new(StringComparer.Ordinal);

    // Two that start at once would both find an endpoint without a worker, and look twice whether it is back.
    private readonly SemaphoreSlim starting = new(1, 1);

    /// <summary>Delivers what is due now, and waits for it. False when nothing is.</summary>
    internal async Task<bool> SendDueAsync(CancellationToken cancellationToken)
    {
        await StartDueAsync(cancellationToken);
        var working = workers.Values.Select(worker => worker.Work).ToList();
        await Task.WhenAll(working);
        return working.Count > 0;
    }

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(options.Value.PollMilliseconds);

    protected override async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        await StartDueAsync(cancellationToken);
        return false;
    }

    protected override void OnFailure(Exception failure) => WebhookSenderLog.Failed(logger, failure.GetType().Name);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await base.ExecuteAsync(stoppingToken);
        await Task.WhenAll(workers.Values.Select(worker => worker.Work));
    }

    public override void Dispose()
    {
        starting.Dispose();
        base.Dispose();
    }

    private async Task StartDueAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            await StartDueAloneAsync(cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task StartDueAloneAsync(CancellationToken cancellationToken)
    {
        var due = (await store.DueEndpointsAsync(Time.GetUtcNow().UtcDateTime, cancellationToken)).ToArray();
        // Where there are more than can be served at once, chance is fair.
        Random.Shared.Shuffle(due);
        foreach (var id in due.Where(id => !workers.ContainsKey(id)))
        {
            if (workers.Count >= options.Value.MaxConcurrentEndpoints)
                break;
            if (await FindAsync(id, cancellationToken) is not { } endpoint
                || workers.Values.Count(worker => worker.Tenant == endpoint.Tenant) >= options.Value.MaxConcurrentEndpointsPerTenant)
                continue;
            Start(endpoint, cancellationToken);
        }
    }

    /// <summary>The endpoint, where something may be delivered to it now.</summary>
    private async Task<WebhookEndpoint?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var endpoint = await store.FindAsync(id, cancellationToken);
        if (endpoint is null or { Disabled: true })
        {
            await health.GiveUpAllAsync(id, cancellationToken);
            return null;
        }
        // The owner of the log delivers what is in it.
        if (!ledger.Partitions[endpoint.Partition].IsOwned)
            return null;
        if (endpoint.Failures > 0)
            await health.GiveUpOldAsync(id, cancellationToken);
        if (!(endpoint.PausedUntil > Time.GetUtcNow().UtcDateTime))
            return endpoint;
        await health.PostponeAsync(id, endpoint.PausedUntil.Value, cancellationToken);
        return null;
    }

    private void Start(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        // In the table before it can end: what ends takes itself out.
        var begin = new TaskCompletionSource();
        workers[endpoint.Id] = (endpoint.Tenant, RunAsync(endpoint, begin.Task, cancellationToken));
        begin.SetResult();
    }

    private async Task RunAsync(WebhookEndpoint endpoint, Task begin, CancellationToken cancellationToken)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var (left, parallel) = (MostAtOnce, endpoint.Failures > 0 ? 1 : Parallel);
            await Task.WhenAll(Enumerable.Range(0, parallel).Select(async _ =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                    if (!await SendNextAsync(endpoint, cancellationToken))
                        Volatile.Write(ref left, 0);
            }));
        }
        catch (Exception failure)
        {
            if (!cancellationToken.IsCancellationRequested)
                WebhookSenderLog.Failed(logger, failure.GetType().Name);
        }
        finally
        {
            workers.TryRemove(endpoint.Id, out _);
        }
    }

    /// <returns>False when nothing more is due, or may be delivered now.</returns>
    private async Task<bool> SendNextAsync(WebhookEndpoint endpoint, CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow().UtcDateTime;
        if (await store.TakeAsync(
            endpoint.Id, now, now + TimeSpan.FromSeconds(2 * options.Value.TimeoutSeconds), cancellationToken) is not { } delivery)
            return false;
        using var activity = WebhookTracing.Send(delivery);
        var attempt = await post.SendAsync(endpoint, delivery, cancellationToken);
        activity.Answered(attempt.Status, attempt.Error);
        return await health.NoteAsync(endpoint, delivery, attempt, cancellationToken);
    }

    private static partial class WebhookSenderLog
    {
        [LoggerMessage(4102, LogLevel.Warning, "Due webhook deliveries could not be read or noted, the next attempt follows: {Failure}")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
