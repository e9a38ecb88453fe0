using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Caching;

/// <summary>Who reads from the cache: nobody whom Vault has not given the same secret before.</summary>
public sealed class CacheProofTests : IAsyncDisposable
{
    private readonly CacheVault _vault = new();

    [Theory]
    [InlineData("never-valid")]
    [InlineData("")]
    [InlineData("T")]
    [InlineData("t ")]
    public async Task A_token_that_vault_refuses_reads_nothing_however_fresh_the_cache_is(string token)
    {
        await using var proxy = await _vault.StartProxyAsync();
        (await proxy.ReadAsync("app")).Dispose();

        var answer = await RawConnection.SendAsync(proxy.Address, "GET", "/v1/secret/data/credit-system/app", token.Length == 0 ? "X-A: b" : $"X-Vault-Token: {token.Replace(' ', 'x')}");

        Assert.Equal([403], RawConnection.Statuses(answer));
        Assert.DoesNotContain("secret-canary-value", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_valid_token_shows_its_right_to_vault_first()
    {
        await using var proxy = await _vault.StartProxyAsync();
        Assert.Equal("MISS", (await proxy.ReadAsync("app")).XCache());

        Assert.Equal("MISS", (await proxy.ReadAsync("app", "other")).XCache());
        Assert.Equal("HIT", (await proxy.ReadAsync("app", "other")).XCache());
    }

    [Fact]
    public async Task The_right_to_one_secret_shows_none_to_another()
    {
        await using var proxy = await _vault.StartProxyAsync();
        (await proxy.ReadAsync("app", "other")).Dispose();
        (await proxy.ReadAsync("database")).Dispose();
        _vault.Tokens.Remove("other");

        using var answer = await proxy.ReadAsync("database", "other");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_without_the_right_does_not_profit_from_another_that_is_just_reading()
    {
        await using var proxy = await _vault.StartProxyAsync();
        var release = new TaskCompletionSource();
        _vault.Upstream.Before = request => request.Header("X-Vault-Token") == "t" ? release.Task : Task.CompletedTask;
        var entitled = proxy.ReadAsync("app");
        await Answers.EventuallyAsync(() => _vault.Upstream.Requests.Count == 1, "the read is on its way");

        using var intruder = await proxy.ReadAsync("app", "stolen-and-revoked");
        release.SetResult();

        Assert.Equal(HttpStatusCode.Forbidden, intruder.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await entitled).StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_revoked_through_the_proxy_reads_nothing_from_that_moment()
    {
        await using var proxy = await _vault.StartProxyAsync();
        (await proxy.ReadAsync("app")).Dispose();
        Assert.Equal("HIT", (await proxy.ReadAsync("app")).XCache());

        (await proxy.SendAsync(HttpMethod.Post, "/v1/auth/token/revoke-self")).Dispose();
        _vault.Tokens.Remove("t");
        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_revoked_elsewhere_is_found_out_at_the_next_check_although_the_answer_is_fresh()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "300"), ("Cache:ProofSeconds", "20"));
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Tokens.Remove("t");
        _vault.Time.Advance(TimeSpan.FromSeconds(20));
        (await proxy.ReadAsync("app", "other")).Dispose();

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task A_check_lasts_five_minutes_at_most_whatever_is_configured()
    {
        var tooLong = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => _vault.StartProxyAsync(("Cache:ProofSeconds", "301")));

        Assert.Contains("Cache:ProofSeconds", tooLong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_one_secret_makes_the_token_show_its_right_to_all_others_again()
    {
        await using var proxy = await _vault.StartProxyAsync();
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Tokens.Remove("t");
        Assert.Equal(HttpStatusCode.Forbidden, (await proxy.ReadAsync("other")).StatusCode);

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(0)] // no answer at all
    public async Task In_an_outage_an_old_answer_is_served_for_a_limited_time_and_says_so(int status)
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "10"), ("Cache:StaleIfErrorSeconds", "60"));
        (await proxy.ReadAsync("app")).Dispose();
        Break(status);
        _vault.Time.Advance(TimeSpan.FromSeconds(69));
        using var stale = await proxy.ReadAsync("app");
        using var stranger = await proxy.ReadAsync("app", "stranger");
        _vault.Time.Advance(TimeSpan.FromSeconds(1));
        using var over = await proxy.ReadAsync("app");

        Assert.Equal((HttpStatusCode.OK, "STALE", TimeSpan.FromSeconds(69)), (stale.StatusCode, stale.XCache(), stale.Headers.Age));
        Assert.Contains("secret-canary-value", await stale.TextAsync(), StringComparison.Ordinal);
        Assert.InRange((int)stranger.StatusCode, 500, 503);
        Assert.InRange((int)over.StatusCode, 500, 503);
    }

    [Fact]
    public async Task Unless_it_is_asked_for_no_old_answer_is_served_in_an_outage()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "10"));
        (await proxy.ReadAsync("app")).Dispose();
        Break(500);
        _vault.Time.Advance(TimeSpan.FromSeconds(11));

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task A_sealed_vault_is_no_outage()
    {
        await using var proxy = await _vault.StartProxyAsync(("Cache:TtlSeconds", "10"), ("Cache:StaleIfErrorSeconds", "60"));
        (await proxy.ReadAsync("app")).Dispose();
        _vault.Upstream.Answer = _ => Reply.Sealed;
        _vault.Upstream.Health = 503;
        _vault.Time.Advance(TimeSpan.FromSeconds(11));

        foreach (var _ in Enumerable.Range(0, 3))
        {
            using var answer = await proxy.ReadAsync("app");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "Vault is sealed"), (answer.StatusCode, await answer.ErrorAsync()));
        }
    }

    public ValueTask DisposeAsync() => _vault.DisposeAsync();

    private void Break(int status)
    {
        if (status == 0)
            _vault.Upstream.Kill();
        else
            _vault.Upstream.Answer = _ => Reply.Errors(status, "internal error");
    }
}
