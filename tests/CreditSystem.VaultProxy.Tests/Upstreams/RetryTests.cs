using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy.Tests.Upstreams;

public sealed class RetryTests
{
    private const string Secret = "/v1/secret/data/credit-system/app";

    [Theory]
    [InlineData("GET", Secret, 3)]
    [InlineData("LIST", "/v1/secret/metadata/credit-system/", 3)]
    [InlineData("GET", "/v1/auth/token/lookup-self", 3)]
    [InlineData("POST", Secret, 1)]
    [InlineData("PUT", Secret, 1)]
    [InlineData("DELETE", Secret, 1)]
    [InlineData("POST", "/v1/auth/approle/login", 1)]
    [InlineData("POST", "/v1/auth/token/renew-self", 1)]
    [InlineData("GET", "/v1/database/creds/app", 1)]
    [InlineData("POST", "/v1/sys/wrapping/unwrap", 1)]
    [InlineData("POST", "/v1/transit/decrypt/credit-system", 1)]
    [InlineData("POST", "/v1/pki/issue/web", 1)]
    [InlineData("POST", "/v1/auth/approle/role/web/secret-id", 1)]
    public async Task Only_reads_that_create_and_consume_nothing_are_sent_again(string method, string target, int attempts)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => Reply.Errors(500, "internal error");
        await using var proxy = await ProxyHost.StartAsync(vault);

        using var answer = await proxy.SendAsync(new HttpMethod(method), target, body: method is "POST" or "PUT" ? """{"role_id":"r","secret_id":"s"}""" : null);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("internal error", await answer.ErrorAsync());
        Assert.Equal(attempts, vault.Requests.Count);
    }

    [Theory]
    [InlineData("GET", Secret, 3)]
    [InlineData("LIST", "/v1/secret/metadata/credit-system/", 3)]
    [InlineData("GET", "/v1/database/creds/app", 1)]
    [InlineData("LIST", "/v1/auth/approle/role/web/secret-id", 1)]
    [InlineData("DELETE", Secret, 1)]
    [InlineData("POST", "/v1/auth/token/renew-self", 1)]
    [InlineData("POST", "/v1/auth/token/revoke-self", 1)]
    [InlineData("POST", "/v1/sys/wrapping/unwrap", 1)]
    [InlineData("PATCH", Secret, 1)]
    public async Task A_request_without_a_body_is_not_sent_again_below_the_proxy_either(string method, string target, int attempts)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => Reply.None;
        await using var proxy = await ProxyHost.StartAsync(vault);

        using var answer = await proxy.SendAsync(new HttpMethod(method), target);

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(attempts, vault.Requests.Count);
    }

    [Fact]
    public async Task An_empty_patch_keeps_its_content_type()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);

        await RawConnection.SendAsync(proxy.Address, "PATCH", Secret, "X-Vault-Token: t\r\nContent-Type: application/merge-patch+json\r\nContent-Length: 0");

        var request = Assert.Single(vault.Requests);
        Assert.Equal(("application/merge-patch+json", "0"), (request.Header("Content-Type"), request.Header("Content-Length")));
    }

    [Theory]
    [InlineData("i", """{"errors":[]}""", 2)]
    [InlineData(null, """{"errors":[]}""", 1)]
    [InlineData("i", """{"errors":["request path \"secret\": rate limit quota exceeded"]}""", 1)]
    public async Task A_node_that_has_not_seen_the_callers_write_is_left_for_another_and_a_quota_is_not(string? index, string body, int attempts)
    {
        await using var behind = RecordingUpstream.Start();
        await using var active = RecordingUpstream.Start();
        behind.Answer = _ => new Reply(429, body, ("Retry-After", "1"));
        await using var proxy = await ProxyHost.StartAsync([behind.Address, active.Address], []);

        using var answer = await proxy.SendAsync(HttpMethod.Get, Secret, headers: index is null ? [] : [("X-Vault-Index", index)]);

        Assert.Equal((1, attempts - 1), (behind.Requests.Count, active.Requests.Count));
        Assert.Equal(attempts == 2 ? 200 : 429, (int)answer.StatusCode);
        Assert.Equal(attempts == 1, answer.Headers.RetryAfter is not null);
    }

    [Fact]
    public async Task A_node_that_stays_behind_is_asked_no_more_than_any_read_is_and_then_its_answer_is_passed_on()
    {
        await using var behind = RecordingUpstream.Start();
        behind.Answer = _ => new Reply(429, """{"errors":[]}""", ("Retry-After", "1"));
        await using var proxy = await ProxyHost.StartAsync(behind);

        using var answer = await proxy.SendAsync(HttpMethod.Get, Secret, headers: ("X-Vault-Index", "i"));

        Assert.Equal((429, """{"errors":[]}"""), ((int)answer.StatusCode, await answer.TextAsync()));
        Assert.Equal(3, behind.Requests.Count);
    }

    [Theory]
    [InlineData(412, 2)]
    [InlineData(500, 2)]
    [InlineData(502, 2)]
    [InlineData(503, 2)]
    [InlineData(504, 2)]
    [InlineData(400, 1)]
    [InlineData(403, 1)]
    [InlineData(404, 1)]
    [InlineData(429, 1)]
    public async Task A_read_is_sent_again_after_what_may_pass_and_after_a_412_for_a_write_not_yet_seen(int status, int attempts)
    {
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        first.Answer = _ => Reply.Errors(status, "as told");
        await using var proxy = await ProxyHost.StartAsync([first.Address, second.Address], []);
        // A node that has been probed goes before one that has not.
        await Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().Nodes.All(node => node.State != NodeState.Unknown), "both are probed");

        using var answer = await proxy.SendAsync(HttpMethod.Get, Secret, headers: ("X-Vault-Index", "index-1"));

        Assert.Equal((1, attempts - 1), (first.Requests.Count, second.Requests.Count));
        Assert.Equal(attempts == 2 ? 200 : status, (int)answer.StatusCode);
        Assert.All(first.Requests.Concat(second.Requests), request => Assert.Equal("index-1", request.Header("X-Vault-Index")));
    }

    [Fact]
    public async Task A_412_of_a_write_is_the_clients_to_deal_with()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => Reply.Errors(412, "required index state not present");
        await using var proxy = await ProxyHost.StartAsync(vault);

        using var answer = await proxy.SendAsync(HttpMethod.Post, Secret, body: "{}");

        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        Assert.Single(vault.Requests);
    }

    [Fact]
    public async Task Retries_end_when_their_budget_is_spent()
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => Reply.Errors(500, "internal error");
        await using var proxy = await ProxyHost.StartAsync(vault, ("Upstream:RetryBudget", "0"));
        const int Reads = 30;

        for (var i = 0; i < Reads; i++)
            (await proxy.ReadAsync("app")).Dispose();

        // A reserve of 20, which nothing refills.
        Assert.Equal(Reads + 20, vault.Requests.Count);
    }

    [Fact]
    public void A_budget_is_earned_by_requests()
    {
        var budget = new RetryBudget(0.25);
        while (budget.TrySpend())
        {
        }

        for (var i = 0; i < 4; i++)
            budget.Earn();

        Assert.True(budget.TrySpend());
        Assert.False(budget.TrySpend());
    }

    [Fact]
    public void Connections_are_pooled_as_vault_behind_a_changing_name_needs_it()
    {
        using var handler = UpstreamConnection.CreateHandler(new UpstreamOptions());

        Assert.Equal(TimeSpan.FromSeconds(2), handler.ConnectTimeout);
        Assert.InRange(handler.PooledConnectionLifetime, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5));
        Assert.Equal((false, false, false, DecompressionMethods.None), (handler.UseProxy, handler.UseCookies, handler.AllowAutoRedirect, handler.AutomaticDecompression));
        Assert.Equal(int.MaxValue, handler.MaxConnectionsPerServer);
    }
}
