using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Webhooks;

/// <summary>One API for all tests of a class, each of which opens a tenant with a receiver of its own.</summary>
public sealed class SharedToldApi(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private ToldHost first = null!;

    public async ValueTask InitializeAsync() => first = await ToldHost.StartAsync(mongo, redis);

    internal Task<ToldHost> OpenAsync() => ToldHost.OpenAsync(first.Api);

    public ValueTask DisposeAsync() => first.DisposeAsync();
}
