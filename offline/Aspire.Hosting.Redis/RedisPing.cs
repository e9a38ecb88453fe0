using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Aspire.Hosting;

/// <summary>Whether a server answers with the password of its connection string.</summary>
internal sealed class RedisPing : IHealthCheck, IAsyncDisposable
{
    private ConnectionMultiplexer? _connection;

    public string? ConnectionString { get; set; }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (ConnectionString is null)
            return HealthCheckResult.Unhealthy("Connection string is unavailable.");

        try
        {
            _connection ??= await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},connectTimeout=1000,connectRetry=0");
            await _connection.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy(failure.Message);
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
