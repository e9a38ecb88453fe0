using CreditSystem.Api.Hardening;
using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Api.Tests.Access;

public sealed class HardeningTests(MongoServer mongo, RedisServer redis)
{
    private const string Proxy = "10.42.0.9";

    [Fact]
    public async Task Sends_security_headers_with_every_answer_even_with_a_failure()
    {
        await using var host = await StartAsync();

        foreach (var answer in new[]
        {
            await host.ClientOf(Role.User, "acme").ReadAsync("/v1/auth/me"),
            await host.Client().ReadAsync("/nowhere"),
            await host.Client().PostTextAsync("/v1/auth/login", "{ not json"),
        })
        {
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
            Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
            Assert.StartsWith("default-src 'none'", Header(answer, "Content-Security-Policy"));
            Assert.Null(Header(answer, "Server"));
        }
        Assert.Equal("no-store", Header(await host.ClientOf(Role.User, "acme").ReadAsync("/v1/auth/me"), "Cache-Control"));
        Assert.Contains("script-src 'self'", Header(await host.Client().ReadAsync("/docs/"), "Content-Security-Policy"));
    }

    /// <summary>The original counted whatever the header said, so that nobody was ever limited.</summary>
    [Fact]
    public async Task Defect_of_the_original_x_forwarded_for_trusted()
    {
        await using var host = await StartAsync(new() { ["RateLimits:Enabled"] = "true", ["RateLimits:Address:Requests"] = "3" });
        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
            statuses.Add((await Forwarded(host, "203.0.113.77", $"192.0.2.{i}").ReadAsync("/docs/")).Status);

        Assert.Equal([200, 200, 200, 429, 429], statuses);
        var owner = await host.OpenTenantAsync();
        await Forwarded(host, "203.0.113.78", "192.0.2.1").PostAsync("/v1/auth/login", new { tenant = owner.Tenant, login = "olivia", password = "wrong password" });
        var logged = (await owner.Client.ReadAsync("/v1/audit/events?action=Login")).Body["events"]![0]!;
        Assert.Equal("203.0.113.78", (string?)logged["address"]);
    }

    [Fact]
    public async Task Believes_known_proxies_as_far_as_they_are_known()
    {
        await using var host = await StartAsync(new() { ["Hardening:KnownProxies:0"] = "10.42.0.0/16", ["RateLimits:Enabled"] = "true", ["RateLimits:Address:Requests"] = "2" });

        var first = await StatusesAsync(host, Proxy, "198.51.100.31", 3);
        var second = await StatusesAsync(host, Proxy, "198.51.100.32", 1);
        // The client writes a header of its own in front; the proxy adds what it sees.
        var forged = await StatusesAsync(host, Proxy, "192.0.2.200, 198.51.100.31", 1);
        var unknown = await StatusesAsync(host, "203.0.113.90", "198.51.100.33", 3);

        Assert.Equal([200, 200, 429], first);
        Assert.Equal([200], second);
        Assert.Equal([429], forged);
        Assert.Equal([200, 200, 429], unknown);
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("proxy.example")]
    public async Task Does_not_start_with_a_proxy_that_is_everybody_or_nobody(string proxy)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(new() { ["Hardening:KnownProxies:0"] = proxy }));

        Assert.Contains("KnownProxies", failure.Message);
    }

    [Fact]
    public void Does_not_start_with_the_switch_that_believes_everybody()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new(KnownProxies.TrustEverybodyKey, "true")]);

        Assert.Contains("KnownProxies", Assert.Throws<InvalidOperationException>(builder.AddHardening).Message);
    }

    [Fact]
    public async Task Lets_pages_of_listed_origins_call_and_no_others()
    {
        await using var host = await StartAsync(new() { ["Hardening:AllowedOrigins:0"] = "https://shop.example" });

        var listed = await PreflightAsync(host, "https://shop.example");
        var other = await PreflightAsync(host, "https://evil.example");
        await using var closed = await StartAsync();
        var none = await PreflightAsync(closed, "https://shop.example");

        Assert.Equal((204, "https://shop.example"), (listed.Status, Header(listed, "Access-Control-Allow-Origin")));
        Assert.Null(Header(listed, "Access-Control-Allow-Credentials"));
        Assert.Null(Header(other, "Access-Control-Allow-Origin"));
        Assert.Null(Header(none, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Redirects_to_https_where_it_listens_there_and_says_so_for_a_year()
    {
        await using var host = await StartAsync(new() { ["Hardening:RedirectToHttps"] = "true", ["HTTPS_PORT"] = "8443", ["Hardening:KnownProxies:0"] = Proxy });
        var (plain, probe, secure) = (host.Client(), host.Client(), Forwarded(host, Proxy, "198.51.100.40"));
        plain.BaseAddress = probe.BaseAddress = secure.BaseAddress = new Uri("http://credits.example/");
        secure.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        var redirected = await plain.PostAsync("/v1/auth/login", new { });
        var direct = await secure.ReadAsync("/docs/");

        Assert.Equal((308, "https://credits.example:8443/v1/auth/login"), ((int)redirected.Status, redirected.Response.Headers.Location?.ToString()));
        Assert.NotEqual(308, (await probe.ReadAsync("/alive")).Status);
        Assert.Equal((200, "max-age=31536000"), (direct.Status, Header(direct, "Strict-Transport-Security")));
    }

    [Fact]
    public async Task Bounds_the_size_and_the_depth_of_a_body()
    {
        await using var host = await StartAsync();
        var client = host.ClientOf(Role.Owner, "acme");

        var large = await client.PostTextAsync("/v1/api-keys", $$"""{"name":"{{new string('x', 1024 * 1024)}}"}""");
        var deep = await client.PostTextAsync("/v1/api-keys", $$"""{"name":{{new string('[', 64)}}{{new string(']', 64)}}}""");

        Assert.Equal((413, "payload_too_large"), (large.Status, large.Code));
        Assert.Equal((400, "malformed"), (deep.Status, deep.Code));
    }

    private async Task<IdentityHost> StartAsync(Dictionary<string, string?>? configuration = null) =>
        await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), configuration);

    private static HttpClient Forwarded(IdentityHost host, string connectsFrom, string forwardedFor)
    {
        var client = host.Client(address: connectsFrom);
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        return client;
    }

    private static async Task<List<int>> StatusesAsync(IdentityHost host, string connectsFrom, string forwardedFor, int count)
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
            statuses.Add((await Forwarded(host, connectsFrom, forwardedFor).ReadAsync("/docs/")).Status);
        return statuses;
    }

    private static async Task<Answer> PreflightAsync(IdentityHost host, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/transfers");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,idempotency-key");
        return await Answer.OfAsync(await host.Client().SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static string? Header(Answer answer, string name) =>
        answer.Response.Headers.TryGetValues(name, out var values) || answer.Response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
