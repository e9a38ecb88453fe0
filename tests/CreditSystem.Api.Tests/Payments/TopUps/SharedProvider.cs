using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Payments.TopUps;

/// <summary>
/// One API and one payment provider for all tests of a class, each of which opens a tenant with a buyer of its own. What turns the clock
/// further than a minute, breaks the provider, or counts what all tenants have, needs a <see cref="ProviderHost"/> of its own.
/// </summary>
public sealed class SharedProvider(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private ProviderHost first = null!;

    public async ValueTask InitializeAsync() => first = await ProviderHost.StartAsync(mongo, redis);

    internal Task<ProviderHost> OpenAsync() => first.OpenAsync();

    public ValueTask DisposeAsync() => first.DisposeAsync();
}
