using CreditSystem.Secrets.Vault;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>Batch tokens can be neither renewed nor revoked: another login takes their place.</summary>
public sealed class BatchTokenTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_token_is_replaced_by_a_login_at_two_thirds_and_never_renewed_or_revoked()
    {
        await using var vault = await DevVault.StartAsync(_time);
        var (roleId, secretId) = await vault.CreateRoleAsync("r", new { token_policies = "default", token_ttl = "1h", token_type = "batch" });
        using var client = new TestClient(vault, _time, new VaultOptions { Address = vault.Address, RoleId = roleId, SecretId = secretId });

        await client.Renewal.StepAsync(Token);
        var first = client.Graph.Session.Current!;
        for (var minutes = 0; minutes < 70; minutes += 5)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            await client.Renewal.StepAsync(Token);
            await client.Graph.Session.CallAsync(call => call.V1.Auth.Token.LookupSelfAsync(), Token);
        }

        await client.Renewal.Retirement;
        await client.Renewal.RevokeAllAsync();

        Assert.True(first.IsBatch);
        Assert.Equal(2, vault.Count("auth/approle/login"));
        Assert.Equal(0, vault.Count("auth/token/renew-self"));
        Assert.Equal(0, vault.Count("auth/token/revoke-self"));
        Assert.Null(client.Graph.Session.Current);
        Assert.DoesNotContain(client.Logger.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_login_fails_a_batch_token_is_used_to_its_end_and_the_login_tried_on()
    {
        await using var vault = await DevVault.StartAsync(_time);
        var (roleId, secretId) = await vault.CreateRoleAsync("r", new { token_policies = "default", token_ttl = "1h", token_type = "batch", secret_id_num_uses = 1 });
        var options = new VaultOptions { Address = vault.Address, RoleId = roleId, SecretId = secretId };
        using var client = new TestClient(vault, _time, options);
        await client.Renewal.StepAsync(Token);

        _time.Advance(TimeSpan.FromMinutes(50));
        await client.Renewal.StepAsync(Token);
        Assert.NotNull(client.Graph.Session.Current);
        Assert.Equal(0, vault.Count("auth/token/renew-self"));

        options.SecretId = (string)(await vault.DoAsync("POST", "auth/approle/role/r/secret-id"))["secret_id"]!;
        client.Renewal.UseNewCredentials();
        await client.Renewal.StepAsync(Token);
        Assert.True(client.Graph.Session.Current!.ExpiresAt > _time.GetUtcNow().AddMinutes(50));
    }

    /// <summary>Both are named by their accessors, which batch tokens have not.</summary>
    [Fact]
    public async Task Two_batch_tokens_are_told_apart_by_a_name_of_our_own()
    {
        await using var vault = await DevVault.StartAsync(_time);
        var (roleId, secretId) = await vault.CreateRoleAsync("r", new { token_policies = "default", token_ttl = "1h", token_type = "batch" });
        using var client = new TestClient(vault, _time, new VaultOptions { Address = vault.Address, RoleId = roleId, SecretId = secretId });
        var first = await client.Graph.Session.GetTokenAsync(Token);
        await client.Graph.Session.ReplaceAsync(Token);

        Assert.NotEqual(first.Accessor, client.Graph.Session.Current!.Accessor);
        Assert.NotEmpty(first.Accessor);
    }
}
