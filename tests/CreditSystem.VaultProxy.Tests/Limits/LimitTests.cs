using System.Net;
using System.Text;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Limits;

public sealed class LimitTests
{
    [Fact]
    public async Task A_request_without_an_answer_ends_at_its_routes_timeout_in_vaults_shape()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Before = request => request.IsProbe ? Task.CompletedTask : Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        await using var proxy = await ProxyHost.StartAsync(vault, ("Routes:0:Path", "kv/slow"), ("Routes:0:Methods:0", "GET"), ("Routes:0:TimeoutSeconds", "1"));

        using var answer = await proxy.SendAsync(HttpMethod.Get, "/v1/kv/slow");

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Equal("Vault did not answer in time", await answer.ErrorAsync());
    }

    [Theory]
    [InlineData("auth/approle/login", 16 * 1024)]
    [InlineData("sys/leases/renew", 64 * 1024)]
    [InlineData("secret/data/credit-system/app", 32 * 1024 * 1024)]
    public async Task A_body_over_its_routes_limit_is_refused_whether_it_says_its_length_or_not(string path, int limit)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        var counted = await RawConnection.ExchangeAsync(proxy.Address, Encoding.ASCII.GetBytes($"POST /v1/{path} HTTP/1.1\r\nHost: v\r\nX-Vault-Token: t\r\nContent-Length: {limit + 1}\r\n\r\n"));
        using var chunked = await SendChunkedAsync(proxy, path, limit + 1);

        Assert.Equal([413], RawConnection.Statuses(counted));
        Assert.Contains("""{"errors":["request body too large"]}""", counted, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.DoesNotContain(vault.Requests, request => request.Body.Length > limit);
    }

    [Theory]
    [InlineData("auth/approle/login")]
    [InlineData("secret/data/credit-system/app")]
    public async Task A_body_that_breaks_off_reaches_nobody_and_is_no_failure_of_the_proxy(string path)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);
        using (var client = new System.Net.Sockets.TcpClient())
        {
            await client.ConnectAsync(proxy.Address.Host, proxy.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/{path} HTTP/1.1\r\nHost: v\r\nX-Vault-Token: t\r\nContent-Length: 100\r\n\r\n{{\"role_id\":"), TestContext.Current.CancellationToken);
        }

        await Answers.EventuallyAsync(() => proxy.Log.Lines.Any(line => line.Contains("AccessLog", StringComparison.Ordinal)), "the request has ended");
        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(vault.Requests);
        Assert.DoesNotContain(proxy.Log.Lines, line => line.Contains(" Error ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_asks_too_often_is_told_when_to_come_back_and_no_other_token_suffers()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("RateLimits:RequestsPerSecond", "0.01"), ("RateLimits:Burst", "3"));

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await proxy.ReadAsync("app", "greedy")).StatusCode);
        using var refused = await proxy.ReadAsync("app", "greedy");
        using var other = await proxy.ReadAsync("app", "modest");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("request rate limit of vault-proxy exceeded", await refused.ErrorAsync());
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 100);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(4, vault.Requests.Count);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.PreconditionFailed)]
    [InlineData("false", HttpStatusCode.PreconditionFailed)]
    [InlineData("true", HttpStatusCode.OK)]
    public async Task Where_the_vault_request_header_is_required_nothing_passes_without_it(string? header, HttpStatusCode status)
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault, ("RequireVaultRequestHeader", "true"));

        using var answer = await proxy.SendAsync(HttpMethod.Get, "/v1/secret/data/credit-system/app", headers: header is null ? [] : [("X-Vault-Request", header)]);
        using var health = await proxy.SendAsync(HttpMethod.Get, "/v1/sys/health");

        Assert.Equal((status, HttpStatusCode.OK), (answer.StatusCode, health.StatusCode));
    }

    [Fact]
    public async Task Vaults_headers_pass_and_forged_or_foreign_ones_do_not()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => Reply.Secret() with { Headers = [("Set-Cookie", "session=1"), ("Server", "vault"), ("X-Vault-Index", "i"), ("Age", "5"), ("X-Cache", "HIT"), ("Cache-Control", "no-store")] };
        await using var proxy = await ProxyHost.StartAsync(vault, ("Namespaces:0", "team"));

        using var answer = await proxy.SendAsync(HttpMethod.Get, "/v1/secret/data/credit-system/app", headers:
        [
            ("X-Forwarded-For", "6.6.6.6"), ("X-Real-IP", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"), ("Cookie", "a=b"), ("X-Vault-Namespace", "team/"),
            ("X-Vault-Wrap-TTL", "5m"), ("X-Vault-MFA", "m:1"), ("Proxy-Authorization", "x"), ("X-Original-URL", "/v1/sys/seal"), ("Via", "x"),
        ]);

        var request = Assert.Single(vault.Requests);
        Assert.Equal("127.0.0.1", request.Header("X-Forwarded-For"));
        Assert.Equal(("team/", "5m", "m:1", "t"), (request.Header("X-Vault-Namespace"), request.Header("X-Vault-Wrap-TTL"), request.Header("X-Vault-MFA"), request.Header("X-Vault-Token")));
        Assert.All(["X-Real-IP", "Forwarded", "Cookie", "Proxy-Authorization", "X-Original-URL", "Via"], name => Assert.Null(request.Header(name)));
        Assert.Equal("i", Assert.Single(answer.Headers.GetValues("X-Vault-Index")));
        Assert.All(["Set-Cookie", "Server", "Age", "X-Cache"], name => Assert.False(answer.Headers.Contains(name), name));
    }

    private static async Task<HttpResponseMessage> SendChunkedAsync(ProxyHost proxy, string path, int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{path}") { Content = new StreamContent(new MemoryStream(new byte[length])) };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-Vault-Token", "t");
        return await proxy.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
