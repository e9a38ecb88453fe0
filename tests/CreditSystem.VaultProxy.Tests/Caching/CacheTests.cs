using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Caching;

public sealed class CacheTests : IAsyncDisposable
{
    private readonly CacheVault _vault = new();

    [Fact]
    public async Task Nothing_is_cached_where_no_prefix_is_configured()
    {
        await using var proxy = await ProxyHost.StartAsync(_vault.Upstream);

        for (var i = 0; i < 3; i++)
            Assert.Null((await proxy.ReadAsync("app")).XCache());

        Assert.Equal(3, _vault.Reads);
    }

    [Fact]
    public async Task Nothing_is_cached_outside_the_configured_prefixes()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:Prefixes:0", "secret/credit-system/app"));

        Assert.Equal([null, null, null, null], [await GetAsync(proxy, "other"), await GetAsync(proxy, "other"), await GetAsync(proxy, "appendix"), await GetAsync(proxy, "appendix")]);
        Assert.Equal(["MISS", "HIT"], [await GetAsync(proxy, "app/db"), await GetAsync(proxy, "app/db")]);
    }

    [Fact]
    public async Task A_token_that_has_read_a_secret_reads_it_again_from_memory_with_its_age()
    {
        await using var proxy = await _vault.StartProxyAsync();
        using var first = await proxy.ReadAsync("app");
        _vault.Time.Advance(TimeSpan.FromSeconds(7));

        using var second = await proxy.ReadAsync("app");

        Assert.Equal(("MISS", "HIT"), (first.XCache(), second.XCache()));
        Assert.Equal(TimeSpan.FromSeconds(7), second.Headers.Age);
        Assert.Equal(await first.TextAsync(), await second.TextAsync());
        Assert.Equal("no-store", second.Headers.CacheControl?.ToString());
        Assert.Equal(1, _vault.Reads);
    }

    [Fact]
    public async Task Each_version_and_each_namespace_has_an_answer_of_its_own()
    {
        await using var proxy = await _vault.StartProxyAsync(("Namespaces:0", "team"));
        _vault.Answer = request => Reply.Secret($"{request.Header("X-Vault-Namespace")}|{request.Target}");
        const string Secret = "/v1/secret/data/credit-system/app";

        foreach (var expected in new[] { "MISS", "HIT" })
        {
            foreach (var (target, headers) in new (string, (string, string)[])[] { (Secret, []), ($"{Secret}?version=1", []), ($"{Secret}?version=2", []), (Secret, [("X-Vault-Namespace", "team")]) })
            {
                using var answer = await proxy.SendAsync(HttpMethod.Get, target, headers: headers);
                Assert.Equal(expected, answer.XCache());
                Assert.Contains($"\"{(headers.Length > 0 ? "team" : "")}|{target}\"", await answer.TextAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_folder_is_not_the_secret_of_the_same_name()
    {
        await using var proxy = await _vault.StartProxyAsync();
        await GetAsync(proxy, "app");

        Assert.Equal([null, null], [await GetAsync(proxy, "app/"), await GetAsync(proxy, "app/")]);
    }

    [Fact]
    public async Task Simultaneous_reads_of_one_token_ask_vault_once()
    {
        await using var proxy = await _vault.StartProxyAsync();
        var release = new TaskCompletionSource();
        _vault.Upstream.Before = request => request.IsProbe ? Task.CompletedTask : release.Task;

        var reads = Enumerable.Range(0, 20).Select(_ => proxy.ReadAsync("app")).ToList();
        await Answers.EventuallyAsync(() => _vault.Upstream.Requests.Count > 0, "a read is on its way");
        release.SetResult();
        var answers = await Task.WhenAll(reads);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(1, _vault.Reads);
    }

    [Theory]
    [InlineData("POST", "data")]
    [InlineData("PUT", "data")]
    [InlineData("PATCH", "data")]
    [InlineData("DELETE", "data")]
    [InlineData("POST", "delete")]
    [InlineData("POST", "undelete")]
    [InlineData("POST", "destroy")]
    [InlineData("POST", "metadata")]
    [InlineData("DELETE", "metadata")]
    public async Task A_write_evicts_every_version_of_its_secret_and_no_other(string method, string part)
    {
        await using var proxy = await _vault.StartProxyAsync();
        foreach (var secret in new[] { "app", "app?version=1", "other" })
            Assert.Equal("MISS", await GetAsync(proxy, secret));

        (await proxy.SendAsync(new HttpMethod(method), $"/v1/secret/{part}/credit-system/app", body: method == "DELETE" ? null : "{}")).Dispose();

        Assert.Equal(["MISS", "MISS", "HIT"], [await GetAsync(proxy, "app"), await GetAsync(proxy, "app?version=1"), await GetAsync(proxy, "other")]);
    }

    [Fact]
    public async Task An_answer_that_was_read_before_a_write_is_not_kept_after_it()
    {
        await using var proxy = await _vault.StartProxyAsync();
        var release = new TaskCompletionSource();
        _vault.Upstream.Before = request => request.Method == "GET" && !request.IsProbe ? release.Task : Task.CompletedTask;
        var old = proxy.ReadAsync("app");
        await Answers.EventuallyAsync(() => _vault.Upstream.Requests.Count == 1, "the read is on its way");
        (await proxy.SendAsync(HttpMethod.Post, "/v1/secret/data/credit-system/app", body: "{}")).Dispose();
        release.SetResult();
        (await old).Dispose();

        Assert.Equal("MISS", await GetAsync(proxy, "app"));
    }

    [Fact]
    public async Task An_answer_is_served_no_longer_than_its_ttl()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "10"));
        await GetAsync(proxy, "app");
        _vault.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal("HIT", await GetAsync(proxy, "app"));

        _vault.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal("MISS", await GetAsync(proxy, "app"));
    }

    [Theory]
    [InlineData("X-Vault-Wrap-TTL", "5m")]
    [InlineData("X-Vault-Index", "i")]
    [InlineData("X-Vault-Inconsistent", "forward-active-node")]
    [InlineData("X-Vault-MFA", "m")]
    [InlineData("Cache-Control", "no-cache")]
    public async Task A_request_that_asks_for_more_than_the_secret_goes_to_vault(string header, string value)
    {
        await using var proxy = await _vault.StartProxyAsync();
        await GetAsync(proxy, "app");

        using var answer = await proxy.SendAsync(HttpMethod.Get, "/v1/secret/data/credit-system/app", headers: (header, value));

        Assert.Null(answer.XCache());
        Assert.Equal(2, _vault.Reads);
    }

    [Theory]
    [InlineData(404, """{"errors":[]}""", "application/json")]
    [InlineData(200, """{"lease_id":"database/creds/x/1","data":{"password":"p"}}""", "application/json")]
    [InlineData(200, """{"lease_id":"","data":null,"wrap_info":{"token":"t"}}""", "application/json")]
    [InlineData(200, """{"lease_id":"","data":{"x":1},"auth":{"client_token":"t"}}""", "application/json")]
    [InlineData(200, """{"lease_id":"","data":{"x":1}""", "application/json")]
    [InlineData(200, "<html></html>", "text/html")]
    public async Task Only_a_secret_is_kept(int status, string body, string contentType)
    {
        await using var proxy = await _vault.StartProxyAsync();
        _vault.Answer = _ => new Reply(status, body) { ContentType = contentType };

        Assert.Equal(["MISS", "MISS"], [await GetAsync(proxy, "app"), await GetAsync(proxy, "app")]);
    }

    [Fact]
    public async Task The_memory_of_all_answers_is_bounded_and_the_oldest_goes_first()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:MaxBytes", "20000"), ("Cache:MaxEntryBytes", "5000"));
        _vault.Answer = _ => Reply.Secret(new string('x', 4000));
        for (var i = 0; i < 50; i++)
            await GetAsync(proxy, $"app{i}");

        var store = proxy.Get<CreditSystem.VaultProxy.Caching.KvCache>().Store;
        Assert.InRange(store.Bytes, 1, 20_000);
        Assert.Equal(["HIT", "MISS"], [await GetAsync(proxy, "app49"), await GetAsync(proxy, "app0")]);
        _vault.Answer = _ => Reply.Secret(new string('x', 6000));
        Assert.Equal(["MISS", "MISS"], [await GetAsync(proxy, "large"), await GetAsync(proxy, "large")]);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    private static async Task<string?> GetAsync(ProxyHost proxy, string secret)
    {
        using var answer = await proxy.ReadAsync(secret);
        return answer.XCache();
    }
}
