using StackExchange.Redis;

namespace CreditSystem.Api.Connections;

/// <summary>The current Redis connection; a changed credential replaces it under the callers' feet without failing one of them.</summary>
internal sealed class RedisConnection(IConnectionMultiplexer multiplexer)
{
    /// <summary>The connection of the current generation. Take it per operation, never keep it.</summary>
    public IConnectionMultiplexer Multiplexer => multiplexer;

    /// <summary>Runs an operation on the current generation, and once more on the next one when authentication failed.</summary>
    public Task<T> ExecuteAsync<T>(Func<IDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        operation(Multiplexer.GetDatabase(), cancellationToken);
}
