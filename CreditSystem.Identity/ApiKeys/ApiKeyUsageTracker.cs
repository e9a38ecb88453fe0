using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace CreditSystem.Identity.ApiKeys;

/// <summary>When each key was last used, written once per interval however often that is.</summary>
public sealed partial class ApiKeyUsageTracker(
    ApiKeyStore store, IOptions<ApiKeyOptions> options, TimeProvider time, ILogger<ApiKeyUsageTracker> logger) : BackgroundService
{
    private ConcurrentDictionary<string, DateTime> uses = new(StringComparer.Ordinal);

    public void Add(string key) => Volatile.Read(ref uses)[key] = time.GetUtcNow().UtcDateTime;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (uses.IsEmpty)
            return;
        var written = Interlocked.Exchange(ref uses, new(StringComparer.Ordinal));
        try
        {
            await store.TouchAsync([.. written], cancellationToken);
        }
        catch (Exception failure) when (failure is MongoException or TimeoutException)
        {
            Log.Unwritten(logger, failure, written.Count);
            foreach (var (key, at) in written)
                uses.TryAdd(key, at);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.LastUsedIntervalSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The last ones, unless the database is away as well.
            await WriteAsync(CancellationToken.None);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2110, LogLevel.Warning, "The times of last use of {Count} API keys are not written yet")]
        public static partial void Unwritten(ILogger logger, Exception failure, int count);
    }
}
