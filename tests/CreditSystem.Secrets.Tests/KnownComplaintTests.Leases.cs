using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Vault;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

// Complaints about leases, cold starts and what is told.
public sealed partial class KnownComplaintTests : IAsyncDisposable
{
    private readonly List<MinimalVault> _vaults = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var vault in _vaults)
            await vault.DisposeAsync();
    }

    /// <summary>vault#6659, VaultSharp#101, #151, #161, #174, spring-vault#176: nothing logs in again when the max TTL ends.</summary>
    [Fact]
    public async Task A_renewal_that_gives_less_than_asked_is_followed_by_a_login()
    {
        using var setup = await StartAsync(vault => vault.TokenMaxTtl = TimeSpan.FromMinutes(90));
        for (var end = setup.Time.GetUtcNow().AddHours(2); setup.Time.GetUtcNow() < end;)
            setup.Time.Advance(await setup.Renewal.StepAsync(Token));

        Assert.Equal(2, setup.Vault!.Logins);
        Assert.NotNull(setup.Graph.Session.Current);
    }

    /// <summary>spring-vault#815, #845, #867: what was issued to a token ends with it.</summary>
    [Fact]
    public async Task Database_credentials_are_issued_again_before_the_old_token_is_revoked()
    {
        using var setup = await StartAsync(configure: options => options.MongoDB.Mode = DatabaseMode.Dynamic);
        await setup.RefreshAsync();
        setup.BeforeRevocation = (_, token) => setup.Store.RefreshAsync(token);

        setup.Renewal.UseNewCredentials();
        await setup.Renewal.StepAsync(Token);
        await setup.Renewal.Retirement;

        var order = setup.Vault!.Requests.Where(request => request.Contains("/creds/", StringComparison.Ordinal) || request.EndsWith("revoke-self", StringComparison.Ordinal));
        Assert.Equal(["GET /v1/database/creds/credit-system", "GET /v1/database/creds/credit-system", "POST /v1/auth/token/revoke-self"], order);
    }

    /// <summary>Renewal five minutes before the end has one small window, and one failure in it ends the service.</summary>
    [Fact]
    public async Task A_renewal_that_fails_for_a_quarter_of_the_lease_ends_nothing()
    {
        using var setup = await StartAsync();
        setup.Time.Advance(await setup.Renewal.StepAsync(Token));
        setup.Vault!.Fault = _ => 503;
        for (var end = setup.Time.GetUtcNow().AddMinutes(14); setup.Time.GetUtcNow() < end;)
            setup.Time.Advance(await setup.Renewal.StepAsync(Token));

        Assert.NotNull(setup.Graph.Session.Current);
        setup.Vault.Fault = _ => null;
        setup.Time.Advance(TimeSpan.FromMinutes(1));
        await setup.Renewal.StepAsync(Token);
        Assert.True(setup.Graph.Session.Current!.ExpiresAt > setup.Time.GetUtcNow().AddMinutes(50));
    }

    /// <summary>TRUMPF saf#111, consul-template#700: secrets in logs and debug views.</summary>
    [Fact]
    public async Task Neither_the_log_nor_the_debug_view_holds_a_secret()
    {
        using var setup = await StartAsync();
        await setup.RefreshAsync();
        setup.Vault!.Fault = _ => 500;
        await setup.RefreshAsync();

        var said = string.Join('\n', setup.Logger.Lines) + setup.Configuration.GetRedactedDebugView();
        Assert.DoesNotContain("canary", said, StringComparison.Ordinal);
        Assert.Contains("secret_key=***", said, StringComparison.Ordinal);
    }

    /// <summary>vault#28305: no cold start while Vault is down.</summary>
    [Fact]
    public async Task A_cold_start_while_vault_is_down_uses_the_encrypted_last_good_secrets()
    {
        var directory = Directory.CreateTempSubdirectory("credit-system-complaint-");
        using (var earlier = await StartAsync(configure: options => options.Snapshot.Path = Path.Combine(directory.FullName, "secrets")))
        {
            await earlier.RefreshAsync();
            earlier.Vault!.Fault = _ => 503;
            using var later = new SecretsSetup(earlier.Vault, earlier.Time, configure: options => options.Snapshot.Path = Path.Combine(directory.FullName, "secrets"));
            await later.RefreshAsync();
            Assert.True(later.Store.Restore());
            Assert.Equal(SecretsSetup.SigningKey, later.Configuration["app:secret_key"]);
            Assert.NotNull(later.Graph.Status.UnreachableSince);
        }

        directory.Delete(recursive: true);
    }

    /// <summary>Twelve hours between rotations need a secret_id that outlives two of them: the one before still logs in.</summary>
    [Fact]
    public async Task The_secret_id_of_the_generation_before_still_logs_in_while_it_is_not_destroyed()
    {
        using var setup = await StartAsync();
        setup.Vault!.SecretIds["secret-canary-second"] = 0;
        Assert.True(await setup.RefreshAsync());

        setup.Vault.SecretIds.TryRemove("secret-canary-91c2", out _);
        setup.Vault.RevokeAll();
        Assert.False(await setup.RefreshAsync());
        setup.Options.SecretId = "secret-canary-second";
        setup.Graph.Session.RetryNow();
        Assert.True(await setup.RefreshAsync());
    }

    private async Task<SecretsSetup> StartAsync(Action<MinimalVault>? prepare = null, Action<VaultOptions>? configure = null)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var vault = await MinimalVault.StartAsync(time);
        _vaults.Add(vault);
        SecretsSetup.WriteAll(vault);
        prepare?.Invoke(vault);
        return new SecretsSetup(vault, time, configure: configure);
    }
}
