using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.Testing.Vault;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>What a refused login says of the secret_id, of the role, and of neither; as a real OpenBao words it.</summary>
public sealed class LoginRefusalTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_credentials_lift_the_wait_for_a_lock()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        vault.Script = request => IsLogin(request) ? (403, ["permission denied"]) : null;
        await setup.Renewal.StepAsync(Token);

        // The operator unlocks the role, then rotates.
        vault.Script = _ => null;
        vault.SecretIds["secret-canary-second"] = 0;
        setup.Options.SecretId = "secret-canary-second";
        setup.Renewal.UseNewCredentials();
        await setup.Renewal.StepAsync(Token);

        Assert.Equal(2, vault.Logins);
        Assert.NotNull(setup.Graph.Session.Current);
    }

    /// <summary>The lock may end by an operator's hand, and a refusal while locked extends nothing.</summary>
    [Fact]
    public async Task A_locked_role_is_asked_once_a_minute_until_it_is_open()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        vault.Script = request => IsLogin(request) ? (403, ["permission denied"]) : null;
        for (var i = 0; i < 20; i++)
        {
            setup.Graph.Session.RetryNow();
            await setup.Renewal.StepAsync(Token);
            _time.Advance(TimeSpan.FromSeconds(15));
        }

        Assert.Equal(5, vault.Logins);
        Assert.Single(setup.Logger.Lines, line => line.StartsWith("Error 2012 ", StringComparison.Ordinal));
        vault.Script = _ => null;
        setup.Graph.Session.RetryNow();
        await setup.Renewal.StepAsync(Token);
        Assert.NotNull(setup.Graph.Session.Current);
    }

    /// <summary>A proxy's refusal, a request that was out of place, a network that was wrong: all of it can be repaired.</summary>
    [Theory]
    [InlineData(403, "namespace is not allowed")]
    [InlineData(403, "1 error occurred:\n\t* permission denied by the gateway\n\n")]
    [InlineData(400, "source address \"10.9.8.7\" unauthorized by CIDR restrictions on the secret ID: %!w(<nil>)")]
    [InlineData(400, "missing secret_id")]
    [InlineData(400, "failed to decode JSON input: unexpected EOF")]
    [InlineData(429, "too many failed logins of this role_id")]
    [InlineData(500, "missing role_id")]
    public async Task No_other_refusal_condemns_the_secret_id_or_counts_as_a_lock(int status, string words)
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        vault.Script = request => IsLogin(request) ? (status, [words]) : null;
        await setup.Renewal.StepAsync(Token);

        // Repaired.
        vault.Script = _ => null;
        _time.Advance(TimeSpan.FromSeconds(1.5));
        await setup.Renewal.StepAsync(Token);

        Assert.NotNull(setup.Graph.Session.Current);
        Assert.DoesNotContain(setup.Logger.Lines, line => line.StartsWith("Error ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_operator_reads_of_a_lock_is_true()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        vault.Script = request => IsLogin(request) ? (403, ["permission denied"]) : null;
        await setup.RefreshAsync();
        setup.Graph.Session.RetryNow();
        await setup.RefreshAsync();

        Assert.Contains("as it does while the role is locked", setup.Graph.Status.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Too many secret_ids", string.Join('\n', setup.Logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_credentials_that_came_while_vault_was_away_are_used_when_it_is_back_and_the_token_is_renewed_meanwhile()
    {
        await using var vault = await MinimalVault.StartAsync(_time);
        using var setup = new SecretsSetup(vault, _time);
        await setup.Renewal.StepAsync(Token);
        var before = setup.Graph.Session.Current!.Accessor;
        vault.SecretIds["secret-canary-second"] = 0;
        setup.Options.SecretId = "secret-canary-second";
        vault.Script = request => IsLogin(request) ? (503, ["Vault is sealed"]) : null;
        setup.Renewal.UseNewCredentials();

        for (var end = _time.GetUtcNow().AddHours(3); _time.GetUtcNow() < end;)
            _time.Advance(await setup.Renewal.StepAsync(Token));
        Assert.Equal(before, setup.Graph.Session.Current!.Accessor);

        vault.Script = _ => null;
        _time.Advance(TimeSpan.FromMinutes(1));
        await setup.Renewal.StepAsync(Token);
        Assert.NotEqual(before, setup.Graph.Session.Current!.Accessor);
    }

    [Fact]
    public void Rejections_of_one_role_do_not_hold_back_another()
    {
        var rejected = new RejectedSecretIds(path: null, _time);
        for (var i = 0; i < 4; i++)
            rejected.Add(new AppRoleCredentials("role-a", $"wrong-{i}"));

        Assert.Equal(4, rejected.CountWithin(TimeSpan.FromMinutes(15), new AppRoleCredentials("role-a", "new")));
        Assert.Equal(0, rejected.CountWithin(TimeSpan.FromMinutes(15), new AppRoleCredentials("role-b", "new")));
    }

    private static bool IsLogin(HttpRequest request) => request.Path.Value!.EndsWith("/login", StringComparison.Ordinal);
}
