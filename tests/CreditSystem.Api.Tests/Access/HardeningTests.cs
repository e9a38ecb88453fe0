using System.Net.Sockets;
using System.Text;
using CreditSystem.Api.Hardening;
using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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

    /// <summary>On the server itself, which the other tests do without.</summary>
    [Fact]
    public async Task The_server_names_itself_nowhere_and_ends_what_is_too_large_or_no_http()
    {
        await using var host = await KestrelHost.StartAsync();

        var good = await host.SendAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var garbage = await host.SendAsync("NONSENSE\r\n\r\n");
        var headers = await host.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 64 * 1024)}\r\nConnection: close\r\n\r\n");
        var body = await host.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {64 * 1024 * 1024}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", good);
        Assert.StartsWith("HTTP/1.1 400", garbage);
        Assert.StartsWith("HTTP/1.1 431", headers);
        Assert.StartsWith("HTTP/1.1 413", body);
        foreach (var answer in new[] { good, garbage, headers, body })
            Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The server has no place to say a body where there is no request yet.</summary>
    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400, "malformed")]
    [InlineData("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {long}{long}{long}{long}\r\n\r\n", 431, "headers_too_large")]
    public async Task What_the_server_itself_refuses_is_a_problem_with_a_body(string request, int status, string code)
    {
        await using var host = await KestrelHost.StartAsync();

        AssertProblem(await host.SendAsync(request.Replace("{long}", new string('x', 10_000), StringComparison.Ordinal)), status, code);
    }

    /// <summary>The first the server refuses by itself; in the others the application waits for the rest of a body.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    public async Task What_does_not_arrive_in_time_is_answered_408_with_a_body(string part)
    {
        await using var host = await KestrelHost.StartAsync(limits =>
        {
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            limits.MinRequestBodyDataRate = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(1.5));
        });

        AssertProblem(await host.SendAsync(part), 408, "request_timeout");
    }

    private static void AssertProblem(string answer, int status, string code)
    {
        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.StartsWith($"HTTP/1.1 {status} ", head);
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        if (head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
            body = body.Split("\r\n")[1];
        else
            Assert.Contains($"Content-Length: {body.Length}\r\n", head, StringComparison.Ordinal);
        var problem = System.Text.Json.Nodes.JsonNode.Parse(body)!;
        Assert.Equal((status, code), ((int)problem["status"]!, (string?)problem["code"]));
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

    /// <summary>The server of the API with its limits, and one route that reads the whole body.</summary>
    private sealed class KestrelHost(WebApplication app) : IAsyncDisposable
    {
        public static async Task<KestrelHost> StartAsync(Action<KestrelServerLimits>? limit = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0"), new("Logging:LogLevel:Default", "None")]);
            CreditSystem.Api.Problems.ProblemExtensions.AddProblems(builder);
            builder.AddHardening();
            builder.WebHost.ConfigureKestrel(kestrel => limit?.Invoke(kestrel.Limits));
            var app = builder.Build();
            app.UseHardening();
            CreditSystem.Api.Problems.ProblemExtensions.UseProblems(app);
            app.Map("/", async (Microsoft.AspNetCore.Http.HttpContext context) =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                return "good";
            });
            await app.StartAsync();
            return new KestrelHost(app);
        }

        public async Task<string> SendAsync(string request)
        {
            using var client = new TcpClient();
            var address = new Uri(app.Urls.Single());
            await client.ConnectAsync(address.Host, address.Port);
            var stream = client.GetStream();
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
                int read;
                while ((read = await stream.ReadAsync(buffer)) > 0)
                    answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
            catch (IOException)
            {
                // The server ends a connection whose request it does not read to the end.
            }
            return answer.ToString();
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
