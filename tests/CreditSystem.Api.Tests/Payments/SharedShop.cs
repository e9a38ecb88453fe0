using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Payments;

/// <summary>One API and one Stripe for all tests of a class, each of which opens a tenant with a buyer of its own.</summary>
public sealed class SharedShop(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private PaymentHost first = null!;

    public async ValueTask InitializeAsync() => first = await PaymentHost.StartAsync(mongo, redis);

    internal Task<PaymentHost> OpenAsync() => PaymentHost.OpenAsync(first.Api, first.Stripe);

    public ValueTask DisposeAsync() => first.DisposeAsync();
}
