using System.Collections.Concurrent;
using System.Diagnostics;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

public sealed class TokenLifeCycleTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_renewed_at_about_two_thirds_of_its_lease()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);

        var wait = await setup.Renewal.StepAsync(Token);

        Assert.InRange(wait, Lease * 0.62, Lease * 0.7);
        _time.Advance(wait);
        await setup.Renewal.StepAsync(Token);
        Assert.Equal(1, vault.Count("POST /v1/auth/token/renew-self"));
        Assert.Equal(_time.GetUtcNow() + Lease, setup.Graph.Session.Current!.ExpiresAt);
    }

    [Fact]
    public async Task A_login_a_renewal_and_a_refresh_are_spans_of_their_own()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("CreditSystem.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var test = new Activity("test").Start();
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);

        _time.Advance(await setup.Renewal.StepAsync(Token));
        await setup.Renewal.StepAsync(Token);
        await setup.Graph.Store.RefreshAsync(Token);

        var names = seen.Where(span => span.TraceId == test.TraceId).Select(span => span.OperationName).ToList();
        Assert.Contains("vault.login", names);
        Assert.Contains("vault.token.renew", names);
        Assert.Contains("vault.secrets.refresh", names);
    }

    [Fact]
    public async Task Replicas_renew_at_different_times()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        var waits = new HashSet<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            using var setup = new SecretsSetup(vault, _time);
            waits.Add(await setup.Renewal.StepAsync(Token));
        }

        Assert.True(waits.Count > 5);
    }

    /// <summary>vault#6659, VaultSharp#101, #151, #161, #174, spring-vault#176.</summary>
    [Fact]
    public async Task In_three_months_of_leases_there_is_no_moment_without_a_token_and_each_max_ttl_ends_in_a_login()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        vault.TokenMaxTtl = TimeSpan.FromDays(4);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        var end = _time.GetUtcNow().AddDays(92);

        while (_time.GetUtcNow() < end)
        {
            var wait = await setup.Renewal.StepAsync(Token);
            _time.Advance(wait);
            Assert.NotNull(setup.Graph.Session.Current);
        }

        await setup.Renewal.Retirement;
        Assert.InRange(vault.Logins, 23, 25);
        Assert.Equal(vault.Logins - 1, vault.Count("POST /v1/auth/token/revoke-self"));
        Assert.Single(vault.LiveTokens);
    }

    [Fact]
    public async Task Near_the_end_another_login_goes_beside_a_renewal_that_does_not_work()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        var before = setup.Graph.Session.Current!;
        vault.Fault = request => request.Path.Value!.EndsWith("/renew-self", StringComparison.Ordinal) ? 500 : null;

        while (_time.GetUtcNow() < before.HardDeadline)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await setup.Renewal.StepAsync(Token);
        }

        Assert.NotEqual(before.Accessor, setup.Graph.Session.Current!.Accessor);
        Assert.Equal(2, vault.Logins);
        Assert.Equal(before.ExpiresAt - TimeSpan.FromMinutes(5), before.HardDeadline);
        Assert.True(_time.GetUtcNow() < before.ExpiresAt);
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_ever_more_slowly()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        _time.Advance(await setup.Renewal.StepAsync(Token));
        vault.Fault = _ => 503;
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 8; i++)
        {
            waits.Add(await setup.Renewal.StepAsync(Token));
            _time.Advance(waits[^1]);
        }

        Assert.InRange(waits[0].TotalSeconds, 0.5, 1);
        Assert.InRange(waits[^1].TotalSeconds, 30, 60);
        vault.Fault = _ => null;
        await setup.Renewal.StepAsync(Token);
        Assert.Equal(_time.GetUtcNow() + Lease, setup.Graph.Session.Current!.ExpiresAt);
    }

    [Fact]
    public async Task A_revoked_token_is_replaced_by_a_login_at_the_next_renewal()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        _time.Advance(await setup.Renewal.StepAsync(Token));

        vault.RevokeAll();
        await setup.Renewal.StepAsync(Token);

        Assert.Equal(2, vault.Logins);
        Assert.Single(vault.LiveTokens);
    }

    /// <summary>spring-vault#815, #845, #867: the leases of a token end with it.</summary>
    [Fact]
    public async Task The_old_token_is_revoked_only_after_its_leases_have_been_issued_again()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        var reissued = new TaskCompletionSource<bool>();
        setup.BeforeRevocation = (_, _) => reissued.Task;

        setup.Renewal.UseNewCredentials();
        await setup.Renewal.StepAsync(Token);

        Assert.Equal(2, vault.LiveTokens.Count);
        reissued.SetResult(true);
        await setup.Renewal.Retirement;
        Assert.Single(vault.LiveTokens);
    }

    [Fact]
    public async Task The_old_token_stays_when_what_depends_on_it_could_not_be_issued_again()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        setup.BeforeRevocation = (_, _) => Task.FromResult(false);

        setup.Renewal.UseNewCredentials();
        await setup.Renewal.StepAsync(Token);
        await setup.Renewal.Retirement;

        Assert.Equal(2, vault.LiveTokens.Count);
        Assert.Equal(0, vault.Count("POST /v1/auth/token/revoke-self"));
    }

    [Fact]
    public async Task A_token_whose_secret_id_is_rejected_by_now_lives_on_by_renewal()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        vault.SecretIds.Clear();
        setup.Renewal.UseNewCredentials();

        for (var end = _time.GetUtcNow().AddDays(2); _time.GetUtcNow() < end;)
            _time.Advance(await setup.Renewal.StepAsync(Token));

        Assert.NotNull(setup.Graph.Session.Current);
        Assert.Equal(2, vault.Logins);
    }

    [Fact]
    public async Task The_namespace_goes_with_every_call()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        SecretsSetup.WriteAll(vault);
        var without = 0;
        vault.Fault = request =>
        {
            without += request.Headers["X-Vault-Namespace"] == "ns1/" || request.Path == "/v1/sys/health" ? 0 : 1;
            return null;
        };
        var wrapped = vault.Wrap("secret-canary-91c2");
        using var setup = new SecretsSetup(vault, _time, configure: options => (options.Namespace, options.WrappedSecretId) = ("ns1/", wrapped));

        await setup.RefreshAsync();
        _time.Advance(await setup.Renewal.StepAsync(Token));
        await setup.Renewal.StepAsync(Token);

        Assert.True(vault.Requests.Count > 10);
        Assert.Equal(0, without);
    }
}
