using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Access;

/// <summary>One API for all tests of a class, each of which opens a tenant of its own. Its clock goes forward from test to test.</summary>
public sealed class SharedApi(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    internal IdentityHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
