using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Caching;

/// <summary>What the cache asks about a token before it serves it: how long it lives, and whether its uses are counted.</summary>
public sealed class CacheTokenTests : IAsyncDisposable
{
    private readonly CacheVault _vault = new();

    [Fact]
    public async Task A_token_reads_no_longer_than_it_lives_however_long_a_check_lasts()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "300"), ("Cache:ProofSeconds", "60"));
        _vault.Lookup = _ => CacheVault.Token(ttl: 10, uses: 0);
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("HIT", (await proxy.ReadAsync("app")).XCache());
        _vault.Time.Advance(TimeSpan.FromSeconds(1));
        _vault.Tokens.Remove("t");

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_renewed_is_served_again()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "300"), ("Cache:ProofSeconds", "300"));
        _vault.Lookup = _ => CacheVault.Token(ttl: 10, uses: 0);
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["MISS", "HIT"], [(await proxy.ReadAsync("app")).XCache(), (await proxy.ReadAsync("app")).XCache()]);
        Assert.Equal(2, _vault.Lookups);
    }

    [Fact]
    public async Task Each_read_of_a_token_with_a_number_of_uses_is_one_of_them()
    {
        await using var proxy = await _vault.StartProxyAsync();
        var uses = 3;
        var gate = new Lock();
        _vault.Upstream.Answer = request =>
        {
            lock (gate)
            {
                if (request.Header("X-Vault-Token") == "other")
                    return request.Target.EndsWith("lookup-self", StringComparison.Ordinal) ? CacheVault.Token(0, 0) : Reply.Secret();
                if (uses-- <= 0)
                    return Reply.Forbidden;
                return request.Target.EndsWith("lookup-self", StringComparison.Ordinal) ? CacheVault.Token(ttl: 3600, uses) : Reply.Secret();
            }
        };
        // The answer itself is in memory, and fresh.
        (await proxy.ReadAsync("app", "other")).Dispose();

        List<HttpStatusCode> statuses = [];
        for (var i = 0; i < 40; i++)
            statuses.Add((await proxy.ReadAsync("app")).StatusCode);

        // One of the three was for the question.
        Assert.Equal(2, statuses.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(38, statuses.Count(status => status == HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData(403, "permission denied")] // no policy that lets it look at itself
    [InlineData(500, "internal error")]
    [InlineData(200, "nothing that could be read")]
    [InlineData(0, "")]
    public async Task A_token_of_which_vault_does_not_say_how_long_it_lives_is_served_nothing_from_memory(int status, string error)
    {
        await using var proxy = await _vault.StartProxyAsync();
        _vault.Lookup = _ => status == 0 ? Reply.None : Reply.Errors(status, error);

        Assert.Equal(["MISS", "MISS"], [(await proxy.ReadAsync("app")).XCache(), (await proxy.ReadAsync("app")).XCache()]);
    }

    [Fact]
    public async Task The_question_for_a_token_is_the_callers_own_and_is_asked_once_for_all_its_secrets()
    {
        await using var proxy = await _vault.StartProxyAsync(("Namespaces:0", "team"));

        foreach (var secret in new[] { "a", "b", "c" })
            (await proxy.SendAsync(HttpMethod.Get, $"/v1/secret/data/credit-system/{secret}", headers: ("X-Vault-Namespace", "team"))).Dispose();

        var question = Assert.Single(_vault.Upstream.Requests, request => request.Target.EndsWith("lookup-self", StringComparison.Ordinal));
        Assert.Equal(("GET", "t", "team", "127.0.0.1"), (question.Method, question.Header("X-Vault-Token"), question.Header("X-Vault-Namespace"), question.Header("X-Forwarded-For")));
    }

    [Fact]
    public async Task A_token_revoked_while_it_is_being_looked_up_has_no_proof_afterwards()
    {
        await using var proxy = await _vault.StartProxyAsync();
        (await proxy.ReadAsync("app", "other")).Dispose();
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _vault.Upstream.Before = async request =>
        {
            if (!request.Target.EndsWith("lookup-self", StringComparison.Ordinal))
                return;
            reached.TrySetResult();
            await release.Task;
        };
        var read = proxy.ReadAsync("app");
        await Answers.EventuallyAsync(() => reached.Task.IsCompleted, "the token is being looked up");
        (await proxy.SendAsync(HttpMethod.Post, "/v1/auth/token/revoke-self")).Dispose();
        release.SetResult();
        (await read).Dispose();
        _vault.Tokens.Remove("t");

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task In_an_outage_too_a_token_reads_no_longer_than_it_lives()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "10"), ("Cache:StaleIfErrorSeconds", "600"));
        _vault.Lookup = _ => CacheVault.Token(ttl: 30, uses: 0);
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Upstream.Answer = _ => Reply.Errors(500, "internal error");
        _vault.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("STALE", (await proxy.ReadAsync("app")).XCache());
        _vault.Time.Advance(TimeSpan.FromSeconds(1));

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();
}
