using System.Threading.Channels;
using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace CreditSystem.Identity.SecurityAudit;

/// <summary>
/// Takes events and has them stored: at once where the answer waits for it, with others where it does not. What the database
/// does not take in time goes to the log, so that none is lost without a trace.
/// </summary>
public sealed partial class SecurityAuditTrail(
    SecurityAuditStore store, IOptions<SecurityAuditOptions> configured, SecurityMetrics metrics, TimeProvider time,
    ILogger<SecurityAuditTrail> logger) : BackgroundService
{
    private const int MaxChunkEvents = 500;

    private readonly SecurityAuditOptions options = configured.Value;
    private readonly Channel<SecurityAuditEvent> queue = Channel.CreateBounded<SecurityAuditEvent>(
        new BoundedChannelOptions(configured.Value.QueueCapacity) { FullMode = BoundedChannelFullMode.Wait });
    private readonly SemaphoreSlim flushing = new(1, 1);
    private readonly List<SecurityAuditEvent> unstored = [];

    /// <summary>Stores it soon. Nobody waits for it.</summary>
    public void Enqueue(SecurityAuditEvent occurred)
    {
        if (!queue.Writer.TryWrite(occurred))
            GiveUp(occurred);
    }

    /// <summary>Stores it before the caller goes on, unless the database takes too long: then it is stored soon.</summary>
    public async Task StoreAsync(SecurityAuditEvent occurred)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.StoreTimeoutMilliseconds));
        try
        {
            await store.InsertAsync([SecurityAuditChunk.Of(occurred.Tenant, [occurred], time.GetUtcNow())], timeout.Token);
        }
        catch (Exception failure) when (IsStorageFailure(failure))
        {
            Log.Late(logger, failure);
            Enqueue(occurred);
        }
    }

    /// <summary>Stores everything that has been taken until now.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        using var turn = await flushing.EnterAsync(cancellationToken);
        while (unstored.Count < options.QueueCapacity && queue.Reader.TryRead(out var occurred))
            unstored.Add(occurred);
        if (unstored.Count == 0)
            return;
        var now = time.GetUtcNow();
        var chunks = unstored.GroupBy(occurred => occurred.Tenant, StringComparer.Ordinal)
            .SelectMany(events => events.Chunk(MaxChunkEvents).Select(chunk => SecurityAuditChunk.Of(events.Key, chunk, now))).ToList();
        await store.InsertAsync(chunks, cancellationToken);
        unstored.Clear();
    }

    public override void Dispose()
    {
        flushing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(options.FlushMilliseconds), time, stoppingToken);
                while (!await TryFlushAsync(stoppingToken))
                    await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The last ones are stored in the time that a shutdown has.
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            if (!await TryFlushAsync(timeout.Token))
                unstored.ForEach(GiveUp);
        }
    }

    private async Task<bool> TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            return true;
        }
        catch (Exception failure) when (IsStorageFailure(failure))
        {
            Log.Late(logger, failure);
            return false;
        }
    }

    private void GiveUp(SecurityAuditEvent occurred)
    {
        metrics.AuditLost(1);
        Log.Unstored(
            logger, occurred.At, occurred.Tenant, occurred.Action, occurred.Principal, occurred.Credential, occurred.Target,
            occurred.Status, occurred.Address);
    }

    private static bool IsStorageFailure(Exception failure) => failure is MongoException or TimeoutException or OperationCanceledException;

    private static partial class Log
    {
        [LoggerMessage(2200, LogLevel.Warning, "Audit events wait: the database does not take them")]
        public static partial void Late(ILogger logger, Exception failure);

        [LoggerMessage(
            2201, LogLevel.Error,
            "Audit event that the database did not take: {At} {Tenant} {Action} {Principal} {Credential} {Target} {Status} {Address}")]
        public static partial void Unstored(
            ILogger logger, DateTime at, string tenant, string action, string? principal, string? credential, string? target, int status,
            string address);
    }
}
