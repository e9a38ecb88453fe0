using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers;

/// <summary>What a real server does that no recording shows, and on which a client could wrongly come to rely.</summary>
public sealed class VaultFidelityTests
{
    [Fact]
    public async Task A_batch_token_cannot_be_renewed_or_revoked_and_has_no_cubbyhole()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { type = "batch", policies = new[] { "default" }, ttl = "1h" })).Token;

        var renewed = await vault.SendAsync("POST", "auth/token/renew-self", token: token);
        var revoked = await vault.SendAsync("POST", "auth/token/revoke-self", token: token);
        var revokedByRoot = await vault.SendAsync("POST", "auth/token/revoke", new { token });
        var kept = await vault.SendAsync("POST", "cubbyhole/x", new { a = 1 }, token);

        Assert.All([renewed, revoked, revokedByRoot, kept], answer => Assert.Equal(400, answer.Status));
        Assert.Equal(200, (await vault.SendAsync("GET", "auth/token/lookup-self", token: token)).Status);
    }

    [Theory]
    [InlineData("num_uses", "3")]
    [InlineData("period", "1h")]
    [InlineData("explicit_max_ttl", "1h")]
    public async Task A_batch_token_has_no_uses_period_or_maximum(string name, string value)
    {
        await using var vault = await VaultHost.StartAsync();

        var answer = await vault.SendAsync("POST", "auth/token/create", new JsonObject { ["type"] = "batch", ["policies"] = new JsonArray("default"), [name] = value });

        Assert.Equal((400, $"batch tokens cannot have \"{name}\" set"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_batch_token_ends_with_the_token_that_made_it()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.WritePolicyAsync("maker", """path "auth/token/create" { capabilities = ["update"] }""");
        var parent = (await vault.DoAsync("POST", "auth/token/create", new { policies = new[] { "maker" } })).Token;
        var child = (await vault.DoAsync("POST", "auth/token/create", new { type = "batch", policies = new[] { "default" } }, parent)).Token;

        await vault.DoAsync("POST", "auth/token/revoke", new { token = parent });

        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: child)).Status);
    }

    [Fact]
    public async Task A_wrapping_token_cannot_rewrap_itself_and_another_token_can()
    {
        await using var vault = await VaultHost.StartAsync();
        var wrapping = await WrapAsync(vault);

        var byItself = await vault.SendAsync("POST", "sys/wrapping/rewrap", new { token = wrapping }, token: wrapping);
        var spent = await vault.SendAsync("POST", "sys/wrapping/rewrap", new { token = wrapping });
        var byAnother = await vault.SendAsync("POST", "sys/wrapping/rewrap", new { token = await WrapAsync(vault) });

        Assert.Equal((403, 400, 200), (byItself.Status, spent.Status, byAnother.Status));
        Assert.Equal(200, (await vault.SendAsync("POST", "sys/wrapping/unwrap", token: (string)byAnother.Body!["wrap_info"]!["token"]!)).Status);
    }

    [Fact]
    public async Task Unwrapping_by_the_wrong_method_spends_the_token()
    {
        await using var vault = await VaultHost.StartAsync();
        var wrapping = await WrapAsync(vault);

        var wrong = await vault.SendAsync("GET", "sys/wrapping/unwrap", token: wrapping);
        var right = await vault.SendAsync("POST", "sys/wrapping/unwrap", token: wrapping);

        Assert.Equal((403, 400), (wrong.Status, right.Status));
    }

    [Theory]
    [InlineData("LIST", "secret/metadata?after=b&limit=2", "c", "d")]
    [InlineData("GET", "secret/metadata?list=true&limit=1", "a")]
    [InlineData("LIST", "auth/approle/role?after=b", "c", "d")]
    [InlineData("LIST", "transit/keys?limit=3", "a", "b", "c")]
    public async Task Pages_lists(string method, string path, params string[] names)
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/auth/approle", new { type = "approle" });
        await vault.DoAsync("POST", "sys/mounts/transit", new { type = "transit" });
        foreach (var name in (string[])["a", "b", "c", "d"])
        {
            await vault.DoAsync("POST", $"secret/data/{name}", new { data = new { x = 1 } });
            await vault.DoAsync("POST", $"auth/approle/role/{name}", new { token_policies = "p" });
            await vault.DoAsync("POST", $"transit/keys/{name}");
        }

        var answer = await vault.DoAsync(method, path);

        Assert.Equal(names, answer.Data["keys"]!.AsArray().Select(key => (string)key!));
        Assert.Null(answer.Body!["warnings"]);
    }

    [Theory]
    [InlineData("sys/policies/acl")]
    [InlineData("auth/token/accessors")]
    public async Task Says_that_a_list_has_no_pages(string path)
    {
        await using var vault = await VaultHost.StartAsync();

        var answer = await vault.DoAsync("LIST", $"{path}?after=a&limit=1");

        Assert.Equal("Endpoint ignored these unrecognized parameters: [after limit]", answer.Warning);
    }

    [Fact]
    public async Task An_application_may_ask_for_the_version_of_a_mount_that_it_can_use()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/mounts/other", new { type = "kv" });
        var token = await vault.TokenWithAsync("""path "secret/data/app/*" { capabilities = ["read"] }""");

        var own = await vault.SendAsync("GET", "sys/internal/ui/mounts/secret/app/settings", token: token);
        var other = await vault.SendAsync("GET", "sys/internal/ui/mounts/other", token: token);
        var none = await vault.SendAsync("GET", "sys/internal/ui/mounts/secret", token: null);

        Assert.Equal((200, 403, 403), (own.Status, other.Status, none.Status));
        Assert.Equal(("secret/", "2"), ((string)own.Data["path"]!, (string)own.Data["options"]!["version"]!));
        Assert.StartsWith("preflight capability check returned 403", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_path_that_is_judged_is_the_path_that_is_read()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/private/x", new { data = new { canary = "canary-5e1b" } });
        var token = await vault.TokenWithAsync("""
            path "secret/data/*" { capabilities = ["read"] }
            path "secret/data/private/x" { capabilities = ["deny"] }
            """);

        var answer = await vault.SendAsync("GET", "secret/data/private%2F%2Fx", token: token);

        Assert.Equal(404, answer.Status);
        Assert.DoesNotContain("canary-5e1b", answer.Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_ended_by_its_age_ends_by_it_again_when_it_is_undeleted()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/metadata/a", new { delete_version_after = "1h" });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        await vault.SkipAsync(TimeSpan.FromHours(2));

        var gone = await vault.SendAsync("GET", "secret/data/a");
        await vault.DoAsync("POST", "secret/undelete/a", new { versions = new[] { 1 } });
        var back = await vault.SendAsync("GET", "secret/data/a");
        await vault.SkipAsync(TimeSpan.FromHours(2));

        Assert.Equal((404, 200), (gone.Status, back.Status));
        Assert.NotEqual("", (string)back.Data["metadata"]!["deletion_time"]!);
        Assert.Equal(404, (await vault.SendAsync("GET", "secret/data/a")).Status);
    }

    [Fact]
    public async Task An_operator_ends_the_lock_of_a_role()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "default" });
        var secretId = (string)(await vault.CreateSecretIdAsync("api"))["secret_id"]!;
        for (var i = 0; i < 5; i++)
            await vault.LogInAsync(roleId, "wrong");
        var locked = await vault.LogInAsync(roleId, secretId);
        var accessor = (string)(await vault.DoAsync("GET", "sys/auth")).Data["approle/"]!["accessor"]!;
        var listed = (await vault.DoAsync("GET", "sys/locked-users")).Data;

        await vault.DoAsync("POST", $"sys/locked-users/{accessor}/unlock/{roleId}");

        Assert.Equal((403, 1), (locked.Status, (int)listed["total"]!));
        Assert.Equal(200, (await vault.LogInAsync(roleId, secretId)).Status);
    }

    [Theory]
    [InlineData("""{"metadata":{"who":"me"}}""")]
    [InlineData("""{"cidr_list":"10.0.0.0/99"}""")]
    [InlineData("""{"cidr_list":"10.0.0.1"}""")]
    [InlineData("""{"token_bound_cidrs":"nonsense"}""")]
    public async Task A_secret_id_is_refused_for_what_a_real_server_refuses(string body)
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.CreateRoleAsync("api", new { token_policies = "default" });

        Assert.True((await vault.SendAsync("POST", "auth/approle/role/api/secret-id", body)).Status is 400 or 500);
    }

    private static async Task<string> WrapAsync(VaultHost vault)
    {
        var answer = await vault.SendAsync("POST", "sys/wrapping/wrap", new { a = 1 }, headers: ("X-Vault-Wrap-TTL", "60"));
        return (string)answer.Body!["wrap_info"]!["token"]!;
    }
}
