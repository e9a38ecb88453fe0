using CreditSystem.Secrets.Vault;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>Login MFA with TOTP against the development Vault, which answers as a real OpenBao was recorded (totp-mfa.json).</summary>
public sealed class SecondFactorTests : IAsyncLifetime
{
    // A moment at the start of a period.
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly string _folder = Directory.CreateTempSubdirectory("second-factor-").FullName;
    private DevVault _vault = null!;
    private string _entity = "", _accessor = "", _roleId = "", _secretId = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _vault = await DevVault.StartAsync(_time);
        (_roleId, _secretId) = await _vault.CreateRoleAsync("r", new { token_policies = "default", token_ttl = "1h", secret_id_num_uses = 6 });
        _accessor = (string)(await _vault.DoAsync("GET", "sys/auth"))["approle/"]!["accessor"]!;
        _entity = (string)(await _vault.DoAsync("POST", "auth/approle/login", new { role_id = _roleId, secret_id = _secretId }))["auth"]!["entity_id"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await _vault.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_login_that_is_200_and_gives_no_token_is_no_login()
    {
        await RequireAsync("one");
        using var client = Client(seeds: null);

        var refusal = await Assert.ThrowsAsync<VaultUnavailableException>(() => client.Graph.Session.GetTokenAsync(Token));

        Assert.Null(client.Graph.Session.Current);
        Assert.Equal("The login asks for a second factor (one: totp one), and VAULT_TOTP_FILE (it is not set) has no seed of it.", refusal.Message);
        Assert.DoesNotContain(client.Logger.Lines, line => line.Contains("Logged in", StringComparison.Ordinal));
    }

    /// <summary>As docs/secrets.md sets it up: the API's entity, found by its role_id, and not everybody of the mount.</summary>
    [Fact]
    public async Task A_requirement_of_one_entity_binds_its_role_and_no_other()
    {
        var found = await _vault.DoAsync("POST", "identity/lookup/entity", new { alias_name = _roleId, alias_mount_accessor = _accessor });
        Assert.Equal(_entity, (string?)found["id"]);
        Assert.Equal(204, (await _vault.SendAsync(
            "POST", "identity/lookup/entity", new { alias_name = "nobody", alias_mount_accessor = _accessor })).Status);
        var method = (await _vault.DoAsync("POST", "identity/mfa/method/totp", new { issuer = "credit-system", period = 10 }))["method_id"]!;
        var seed = await _vault.DoAsync(
            "POST", "identity/mfa/method/totp/admin-generate", new { method_id = (string)method!, entity_id = _entity });
        await _vault.DoAsync("POST", "identity/mfa/login-enforcement/api", new
        {
            mfa_method_ids = new[] { (string)method! },
            identity_entity_ids = new[] { _entity },
        });

        using var client = Client((string)seed["url"]!);
        Assert.NotNull(await client.Graph.Session.GetTokenAsync(Token));
        Assert.Equal(1, _vault.Count("sys/mfa/validate"));
        var (roleId, secretId) = await _vault.CreateRoleAsync("rotator", new { token_policies = "default", token_ttl = "1h" });
        var login = await _vault.DoAsync("POST", "auth/approle/login", new { role_id = roleId, secret_id = secretId });
        Assert.NotEqual("", (string?)login["auth"]!["client_token"]);
    }

    [Theory]
    [InlineData("SHA1", 6, 30)]
    [InlineData("SHA256", 8, 10)]
    [InlineData("SHA512", 6, 60)]
    public async Task Logs_in_with_the_seed_of_a_mounted_file(string algorithm, int digits, int period)
    {
        var url = await RequireAsync("one", algorithm, digits, period);
        using var client = Client(url);

        var token = await client.Graph.Session.GetTokenAsync(Token);
        await client.Graph.Session.CallAsync(vault => vault.V1.Auth.Token.LookupSelfAsync(), Token);

        Assert.Equal(TimeSpan.FromHours(1), token.Lease);
        Assert.Equal("r", client.Graph.Login.RoleName);
        Assert.DoesNotContain(url[^16..], string.Join('\n', client.Logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Satisfies_every_enforcement_each_with_the_seed_that_names_its_method()
    {
        var one = await RequireAsync("one");
        var two = await RequireAsync("two", "SHA256", 8, 10);
        using var client = Client($"two {two}\n# the first\none {one}");

        Assert.NotNull(await client.Graph.Session.GetTokenAsync(Token));
    }

    [Fact]
    public async Task A_passcode_that_another_replica_has_used_costs_a_wait_and_no_further_use_of_the_secret_id()
    {
        var url = await RequireAsync("one");
        using var first = Client(url);
        using var second = Client(url);
        await first.Graph.Session.GetTokenAsync(Token);
        var logins = _vault.Count("auth/approle/login");

        await Assert.ThrowsAsync<VaultUnavailableException>(() => second.Graph.Session.GetTokenAsync(Token));
        // At once again, as a start does: nothing is sent.
        second.Graph.Session.RetryNow();
        var waiting = await Assert.ThrowsAsync<VaultUnavailableException>(() => second.Graph.Session.GetTokenAsync(Token));
        Assert.Contains("for a passcode that has not been used", waiting.Message, StringComparison.Ordinal);
        Assert.Equal(2, _vault.Count("sys/mfa/validate"));
        _time.Advance(TimeSpan.FromSeconds(31));
        second.Graph.Session.RetryNow();

        Assert.NotNull(await second.Graph.Session.GetTokenAsync(Token));
        Assert.Equal(logins + 1, _vault.Count("auth/approle/login"));
    }

    [Fact]
    public async Task Never_sends_a_passcode_twice_and_logs_in_again_after_five_minutes()
    {
        await RequireAsync("one");
        using var client = Client("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        var logins = _vault.Count("auth/approle/login");

        for (var seconds = 0; seconds < 290; seconds += 5)
        {
            client.Graph.Session.RetryNow();
            await Assert.ThrowsAsync<VaultUnavailableException>(() => client.Graph.Session.GetTokenAsync(Token));
            _time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(_vault.Count("sys/mfa/validate"), 2, 10);
        Assert.Equal(logins + 1, _vault.Count("auth/approle/login"));
        // The administrator puts the right seed there; the request is too old by then.
        File.WriteAllText(Path.Combine(_folder, "totp"), await EnrolAgainAsync("one"));
        _time.Advance(TimeSpan.FromMinutes(5));
        client.Graph.Session.RetryNow();
        Assert.NotNull(await client.Graph.Session.GetTokenAsync(Token));
        Assert.Equal(logins + 2, _vault.Count("auth/approle/login"));
    }

    [Theory]
    [InlineData("not-base32!", "line 1 of {file} is no seed: neither an otpauth:// URL nor base32")]
    [InlineData("\notpauth://hotp/a?secret=GEZDGNBVGY3TQOJQ", "line 2 of {file} is no seed: an otpauth URL that is not of type totp")]
    [InlineData("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ&digits=4", "line 1 of {file} is no seed: digits outside of 6 to 8")]
    public async Task Says_which_line_of_the_file_is_no_seed_and_not_what_it_says(string content, string expected)
    {
        await RequireAsync("one");
        using var client = Client(content);

        var refusal = await Assert.ThrowsAsync<VaultUnavailableException>(() => client.Graph.Session.GetTokenAsync(Token));

        Assert.Equal($"VAULT_TOTP_FILE: {expected.Replace("{file}", Path.Combine(_folder, "totp"), StringComparison.Ordinal)}.", refusal.Message);
    }

    private TestClient Client(string? seeds)
    {
        if (seeds is not null)
            File.WriteAllText(Path.Combine(_folder, "totp"), seeds);
        return new TestClient(_vault, _time, new VaultOptions
        {
            Address = _vault.Address,
            RoleId = _roleId,
            SecretId = _secretId,
            TotpFile = seeds is null ? null : Path.Combine(_folder, "totp"),
        });
    }

    /// <summary>A method by this name that every login of the mount has to satisfy. The seed of the role's entity.</summary>
    private async Task<string> RequireAsync(string name, string algorithm = "SHA1", int digits = 6, int period = 30)
    {
        var method = (string)(await _vault.DoAsync("POST", "identity/mfa/method/totp", new { issuer = "credit-system", method_name = name, algorithm, digits, period }))["method_id"]!;
        await _vault.DoAsync("POST", $"identity/mfa/login-enforcement/{name}", new { mfa_method_ids = new[] { method }, auth_method_accessors = new[] { _accessor } });
        return (string)(await _vault.DoAsync("POST", "identity/mfa/method/totp/admin-generate", new { method_id = method, entity_id = _entity }))["url"]!;
    }

    private async Task<string> EnrolAgainAsync(string enforcement)
    {
        var method = (string)(await _vault.DoAsync("GET", $"identity/mfa/login-enforcement/{enforcement}"))["mfa_method_ids"]![0]!;
        await _vault.DoAsync("POST", "identity/mfa/method/totp/admin-destroy", new { method_id = method, entity_id = _entity });
        return (string)(await _vault.DoAsync("POST", "identity/mfa/method/totp/admin-generate", new { method_id = method, entity_id = _entity }))["url"]!;
    }
}
