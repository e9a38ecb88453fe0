using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Access;

public sealed class RateLimitTests(MongoServer mongo, RedisServer redis, LimitedApi api) : IClassFixture<LimitedApi>
{
    private static int addresses;

    private readonly string address = $"198.51.{Interlocked.Increment(ref addresses)}.7";
    private readonly string tenant = $"t-{Guid.NewGuid():N}"[..20];
    private readonly IdentityHost host = api.Host;

    [Fact]
    public async Task Has_the_limits_of_the_original_by_default()
    {
        await using var defaults = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new() { ["RateLimits:Enabled"] = "true" });

        var anonymous = await defaults.Client(address: address).ReadAsync("/docs/");
        var user = await defaults.ClientOf(Role.User, tenant).ReadAsync("/v1/auth/me");
        var created = await defaults.ClientOf(Role.Owner, tenant, "owner").PostAsync("/v1/api-keys", new { name = "shop" });
        var key = await defaults.Client((string)created.Body["key"]!).ReadAsync("/v1/auth/me");

        Assert.Equal("\"address\";q=100;w=60", Header(anonymous, "RateLimit-Policy"));
        Assert.Equal("\"user\";q=1000;w=3600", Header(user, "RateLimit-Policy"));
        Assert.Equal("\"key\";q=10000;w=3600", Header(key, "RateLimit-Policy"));
        Assert.Matches("^\"key\";r=9999;t=1$", Header(key, "RateLimit"));
    }

    [Fact]
    public async Task Lets_exactly_as_many_through_as_it_says_however_many_come_at_once()
    {
        await using var replica = await IdentityHost.StartReplicaAsync(host, configuration: LimitedApi.Limits);
        var clients = new[] { host.ClientOf(Role.User, tenant), replica.ClientOf(Role.User, tenant) };

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => clients[i % 2].ReadAsync("/v1/auth/me")));

        Assert.Equal(20, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(429, answer.Status));
    }

    [Fact]
    public async Task Says_when_to_come_back_and_lets_in_whoever_does()
    {
        var client = host.ClientOf(Role.User, tenant);
        Answer last;
        do
            last = await client.ReadAsync("/v1/auth/me");
        while (last.Status == 200);

        var wait = int.Parse(Header(last, "Retry-After")!, System.Globalization.CultureInfo.InvariantCulture);
        host.Time.Advance(TimeSpan.FromSeconds(wait));
        var after = await client.ReadAsync("/v1/auth/me");

        Assert.Equal((429, "rate_limited", "user", true), (last.Status, last.Code, (string?)last.Body["policy"], Header(last, "RateLimit")?.StartsWith("\"user\";r=0;t=", StringComparison.Ordinal)));
        Assert.InRange(wait, 1, 3);
        Assert.Equal(200, after.Status);
    }

    /// <summary>The original's window never began anew: a client that had used it up was locked out indefinitely.</summary>
    [Fact]
    public async Task Defect_of_the_original_rate_window_never_resets()
    {
        var client = host.ClientOf(Role.User, tenant);

        for (var window = 0; window < 3; window++)
        {
            for (var i = 0; i < 20; i++)
                Assert.Equal(200, (await client.ReadAsync("/v1/auth/me")).Status);
            Assert.Equal(429, (await client.ReadAsync("/v1/auth/me")).Status);
            host.Time.Advance(TimeSpan.FromSeconds(60));
        }
    }

    [Fact]
    public async Task Lets_in_after_refusals_without_number_whoever_waits_as_long_as_it_says()
    {
        var client = host.ClientOf(Role.User, tenant, "eager");
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await client.ReadAsync("/v1/auth/me")).Status);
        for (var i = 0; i < 10; i++)
            Assert.Equal((429, "rate_limited"), await client.ReadAsync("/v1/auth/me") is var refused ? (refused.Status, refused.Code) : default);

        host.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(200, (await client.ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Reads_what_replicas_with_bans_have_stored()
    {
        var subject = $"{tenant}:{Guid.NewGuid():N}";
        var bucket = new Bucket("user", subject, new LimitOptions { Requests = 20, WindowSeconds = 60 });
        await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(await redis.GetConnectionStringAsync());
        var full = (host.Time.GetUtcNow().AddSeconds(57) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        await connection.GetDatabase().StringSetAsync(RateLimiter.KeyOf(bucket), $"{full} {full + 3_600_000_000} 3 {full}");
        var limiter = host.Services.GetRequiredService<RateLimiter>();

        var answers = new List<bool>();
        for (var i = 0; i < 3; i++)
            answers.Add((await limiter.AskAsync(new[] { bucket }, null, TestContext.Current.CancellationToken))!.Value.Buckets[0].IsAllowed);

        Assert.Equal([true, false, false], answers);
    }

    [Fact]
    public async Task Counts_whoever_shows_no_good_credential_by_its_address()
    {
        var wrong = host.Client("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", address);
        for (var i = 0; i < 10; i++)
            Assert.Equal(401, (await wrong.ReadAsync("/v1/auth/me")).Status);

        Assert.Equal(429, (await wrong.ReadAsync("/v1/auth/me")).Status);
        Assert.Equal(429, (await host.Client(address: address).ReadAsync("/docs/")).Status);
        Assert.Equal(200, (await host.Client(address: "203.0.113.9").ReadAsync("/docs/")).Status);
        // Somebody else behind the same address, with a credential of its own.
        Assert.Equal(200, (await host.ClientOf(Role.User, tenant, "neighbour", address).ReadAsync("/v1/auth/me")).Status);
    }

    [Fact]
    public async Task Counts_one_ipv6_subscriber_as_one()
    {
        for (var i = 0; i < 10; i++)
            Assert.Equal(200, (await host.Client(address: $"2001:db8:{addresses}:1::{i + 1:x}").ReadAsync("/docs/")).Status);

        Assert.Equal(429, (await host.Client(address: $"2001:db8:{addresses}:1:ffff::1").ReadAsync("/docs/")).Status);
        Assert.Equal(200, (await host.Client(address: $"2001:db8:{addresses}:2::1").ReadAsync("/docs/")).Status);
    }

    [Fact]
    public async Task While_redis_is_away_reads_go_on_and_money_is_limited_by_the_replica()
    {
        await using var alone = await IdentityHost.StartAsync(mongo, IdentityHost.NoRedis, LimitedApi.Limits);
        var client = alone.ClientOf(Role.Owner, tenant);

        var reads = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.ReadAsync("/v1/auth/me")));
        var writes = new List<int>();
        for (var i = 0; i < 25; i++)
            writes.Add((await client.PostAsync("/v1/accounts", new { holder = $"holder-{i}" })).Status);

        Assert.All(reads, read => Assert.Equal(200, read.Status));
        Assert.Equal([.. Enumerable.Repeat(201, 20), .. Enumerable.Repeat(429, 5)], writes);
        alone.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(201, (await client.PostAsync("/v1/accounts", new { holder = "later" })).Status);
    }

    [Fact]
    public async Task Can_be_switched_off()
    {
        await using var off = await IdentityHost.StartReplicaAsync(
            host, configuration: new(LimitedApi.Limits) { ["RateLimits:Enabled"] = "false" });
        var client = off.ClientOf(Role.User, tenant, "fast");

        for (var i = 0; i < 30; i++)
        {
            var answer = await client.ReadAsync("/v1/auth/me");
            Assert.Equal((200, null), (answer.Status, Header(answer, "RateLimit")));
        }
    }

    private static string? Header(Answer answer, string name) => answer.Response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
