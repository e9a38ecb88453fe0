using CreditSystem.Testing.Vault;

namespace CreditSystem.Secrets.Tests;

/// <summary>One test for each complaint about the clients that exist.</summary>
public sealed partial class KnownComplaintTests
{
    /// <summary>VaultSharp.Extensions.Configuration: a reload drops the keys of secrets that have not changed.</summary>
    [Fact]
    public async Task A_reload_keeps_the_keys_of_unchanged_secrets()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();

        vault.Write("credit-system/app", new { secret_key = "another-signing-key-0123456789abcdef0123" });
        await setup.RefreshAsync();

        Assert.Equal("another-signing-key-0123456789abcdef0123", setup.Configuration["app:secret_key"]);
        Assert.Equal("canary-mongo-password", setup.Configuration["mongodb:user_password"]);
        Assert.Equal("INFO", setup.Configuration["monitoring:log_level"]);
    }

    /// <summary>VaultSharp.Extensions.Configuration: a secret recreated at version 1 is ignored indefinitely.</summary>
    [Fact]
    public async Task A_secret_recreated_at_version_1_is_seen()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();

        vault.Purge("credit-system/app");
        await Task.Delay(20, TestContext.Current.CancellationToken);
        vault.Write("credit-system/app", new { secret_key = "recreated-signing-key-0123456789abcdef" });
        await setup.RefreshAsync();

        Assert.Equal("recreated-signing-key-0123456789abcdef", setup.Configuration["app:secret_key"]);
    }

    /// <summary>VaultSharp.Extensions.Configuration: after the token has expired each poll gets 403 and nothing logs in again.</summary>
    [Fact]
    public async Task A_poll_after_the_token_is_gone_logs_in_again()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        await setup.RefreshAsync();

        vault.RevokeAll();
        vault.Write("credit-system/redis", new { host = "other", port = "3", password = "new" });

        Assert.True(await setup.RefreshAsync());
        Assert.Equal("other", setup.Configuration["redis:host"]);
        Assert.Equal(2, vault.Logins);
    }

    /// <summary>VaultSharp, spring-cloud-vault#940: a failed login is cached indefinitely.</summary>
    [Fact]
    public async Task A_failed_login_is_not_remembered()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        vault.Fault = request => request.Path.Value!.EndsWith("/login", StringComparison.Ordinal) ? 500 : null;
        Assert.False(await setup.RefreshAsync());

        vault.Fault = _ => null;
        setup.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.True(await setup.RefreshAsync());
    }

    /// <summary>Vault locks a role_id after five logins with a secret_id that it does not know, for every client.</summary>
    [Fact]
    public async Task A_rejected_secret_id_is_never_sent_again()
    {
        await using var vault = await MinimalVault.StartAsync();
        using var setup = new SecretsSetup(vault, configure: options => options.SecretId = "secret-canary-revoked");

        for (var i = 0; i < 20; i++)
        {
            Assert.False(await setup.RefreshAsync());
            setup.Time.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.Equal(1, vault.Logins);
    }

    [Fact]
    public async Task The_breaker_opens_before_the_fifth_failed_login_locks_the_role()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);

        for (var i = 0; i < 10; i++)
        {
            setup.Options.SecretId = $"secret-canary-wrong-{i}";
            await setup.RefreshAsync();
            setup.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(4, vault.Logins);
        setup.Options.SecretId = "secret-canary-91c2";
        setup.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.True(await setup.RefreshAsync());
    }

    /// <summary>ESO#376, vault#22575: login storms.</summary>
    [Fact]
    public async Task Callers_at_the_same_time_share_one_login_and_a_failure_holds_off_the_next()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);
        using var setup = new SecretsSetup(vault);
        vault.Fault = request => request.Path.Value!.EndsWith("/login", StringComparison.Ordinal) ? 503 : null;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => setup.RefreshAsync()));
        Assert.Equal(1, vault.Logins);

        vault.Fault = _ => null;
        setup.Time.Advance(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => setup.RefreshAsync()));
        Assert.Equal(2, vault.Logins);
    }
}
