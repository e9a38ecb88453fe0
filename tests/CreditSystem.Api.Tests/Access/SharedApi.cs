using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Access;

/// <summary>One API for all tests of a class, each of which opens a tenant of its own. Its clock goes forward from test to test.</summary>
public abstract class SharedHost(MongoServer mongo, RedisServer redis, Dictionary<string, string?>? settings = null) : IAsyncLifetime
{
    internal IdentityHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), settings);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Host.DisposeAsync();
    }
}

/// <summary>Without limits.</summary>
public sealed class SharedApi(MongoServer mongo, RedisServer redis) : SharedHost(mongo, redis);

/// <summary>With small limits of requests.</summary>
public sealed class LimitedApi(MongoServer mongo, RedisServer redis) : SharedHost(mongo, redis, Limits)
{
    internal static Dictionary<string, string?> Limits => new()
    {
        ["RateLimits:Enabled"] = "true",
        ["RateLimits:Address:Requests"] = "10",
        ["RateLimits:User:Requests"] = "20",
        ["RateLimits:User:WindowSeconds"] = "60",
    };
}

/// <summary>With small limits of logins, and none of requests.</summary>
public sealed class LoginLimitedApi(MongoServer mongo, RedisServer redis) : SharedHost(mongo, redis, Limits)
{
    internal static Dictionary<string, string?> Limits => new()
    {
        ["RateLimits:Enabled"] = "true",
        ["RateLimits:Address:Requests"] = "0",
        ["RateLimits:User:Requests"] = "0",
        ["RateLimits:LoginOfStranger:Requests"] = "5",
        ["RateLimits:LoginFromKnownAddress:Requests"] = "3",
    };
}
