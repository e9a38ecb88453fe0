using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultAppRoleTests
{
    [Fact]
    public async Task Logs_in_with_exactly_the_fields_of_vault()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p", token_ttl = "1h", token_max_ttl = "4h" });
        var secretId = await vault.CreateSecretIdAsync("api", new { metadata = """{"generation":"7"}""" });

        var login = await vault.LogInAsync(roleId, (string)secretId["secret_id"]!);

        Assert.StartsWith("hvs.", login.Token, StringComparison.Ordinal);
        Assert.Equal("""["default","p"]""", login.Auth["policies"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"generation":"7","role_name":"api"}"""), login.Auth["metadata"]));
        Assert.Equal((3600, true, "service", true, 0), ((int)login.Auth["lease_duration"]!, (bool)login.Auth["renewable"]!, (string)login.Auth["token_type"]!, (bool)login.Auth["orphan"]!, (int)login.Auth["num_uses"]!));
    }

    [Theory]
    [InlineData("""{"secret_id":"x"}""", 500, "missing role_id")]
    [InlineData("""{"role_id":"ROLE"}""", 400, "missing secret_id")]
    [InlineData("""{"role_id":"ROLE","secret_id":"x"}""", 400, "invalid role or secret ID")]
    [InlineData("""{"role_id":"x","secret_id":"x"}""", 400, "invalid role or secret ID")]
    public async Task Says_what_a_login_lacks(string body, int status, string error)
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p" });

        var answer = await vault.SendAsync("POST", "auth/approle/login", body.Replace("ROLE", roleId, StringComparison.Ordinal), token: null);

        Assert.Equal((status, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Five_failures_lock_the_role_for_everyone_for_fifteen_minutes()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p" });
        var secretId = (string)(await vault.CreateSecretIdAsync("api"))["secret_id"]!;
        for (var i = 0; i < 4; i++)
            Assert.Equal(400, (await vault.LogInAsync(roleId, "wrong")).Status);
        Assert.Equal(200, (await vault.LogInAsync(roleId, secretId)).Status);
        for (var i = 0; i < 5; i++)
            Assert.Equal(400, (await vault.LogInAsync(roleId, "wrong")).Status);

        var locked = await vault.LogInAsync(roleId, secretId);
        await vault.SkipAsync(TimeSpan.FromMinutes(15));
        var later = await vault.LogInAsync(roleId, secretId);

        Assert.Equal((403, "permission denied", 200), (locked.Status, locked.Error, later.Status));
    }

    [Fact]
    public async Task The_last_use_of_a_limited_secret_id_succeeds_and_deletes_it()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p" });
        var secretId = await vault.CreateSecretIdAsync("api", new { num_uses = 2 });
        var value = (string)secretId["secret_id"]!;

        int[] statuses = [(await vault.LogInAsync(roleId, value)).Status, (await vault.LogInAsync(roleId, value)).Status, (await vault.LogInAsync(roleId, value)).Status];

        Assert.Equal([200, 200, 400], statuses);
        Assert.Equal(404, (await vault.SendAsync("POST", "auth/approle/role/api/secret-id-accessor/lookup", new { secret_id_accessor = (string)secretId["secret_id_accessor"]! })).Status);
    }

    [Fact]
    public async Task A_secret_id_ends_with_its_time()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p", secret_id_ttl = "25h" });
        var secretId = await vault.CreateSecretIdAsync("api");

        await vault.SkipAsync(TimeSpan.FromHours(24));
        var before = await vault.LogInAsync(roleId, (string)secretId["secret_id"]!);
        await vault.SkipAsync(TimeSpan.FromHours(2));
        var after = await vault.LogInAsync(roleId, (string)secretId["secret_id"]!);

        Assert.Equal(90_000, (int)secretId["secret_id_ttl"]!);
        Assert.Equal((200, 400), (before.Status, after.Status));
    }

    [Fact]
    public async Task Looks_up_and_destroys_by_value_and_by_accessor()
    {
        await using var vault = await VaultHost.StartAsync();
        var roleId = await vault.CreateRoleAsync("api", new { token_policies = "p" });
        var one = await vault.CreateSecretIdAsync("api");
        var other = await vault.CreateSecretIdAsync("api");
        var value = (string)one["secret_id"]!;
        var accessor = (string)other["secret_id_accessor"]!;

        var byValue = await vault.DoAsync("POST", "auth/approle/role/api/secret-id/lookup", new { secret_id = value });
        var byAccessor = await vault.DoAsync("POST", "auth/approle/role/api/secret-id-accessor/lookup", new { secret_id_accessor = accessor });
        var list = await vault.DoAsync("LIST", "auth/approle/role/api/secret-id");
        await vault.DoAsync("POST", "auth/approle/role/api/secret-id/destroy", new { secret_id = value });
        await vault.DoAsync("POST", "auth/approle/role/api/secret-id-accessor/destroy", new { secret_id_accessor = accessor });

        Assert.Equal((string)one["secret_id_accessor"]!, (string)byValue.Data["secret_id_accessor"]!);
        Assert.Equal(accessor, (string)byAccessor.Data["secret_id_accessor"]!);
        Assert.Equal(2, list.Data["keys"]!.AsArray().Count);
        Assert.Equal(204, (await vault.SendAsync("POST", "auth/approle/role/api/secret-id/lookup", new { secret_id = value })).Status);
        Assert.Equal(400, (await vault.LogInAsync(roleId, (string)other["secret_id"]!)).Status);
    }

    [Fact]
    public async Task An_address_outside_the_bound_networks_is_refused()
    {
        await using var vault = await VaultHost.StartAsync();
        var elsewhere = await vault.CreateRoleAsync("elsewhere", new { token_policies = "p", secret_id_bound_cidrs = "10.0.0.0/8" });
        var here = await vault.CreateRoleAsync("here", new { token_policies = "p", secret_id_bound_cidrs = "127.0.0.0/8" });

        var refused = await vault.LogInAsync(elsewhere, (string)(await vault.CreateSecretIdAsync("elsewhere"))["secret_id"]!);
        var allowed = await vault.LogInAsync(here, (string)(await vault.CreateSecretIdAsync("here"))["secret_id"]!);

        Assert.Equal((400, 200), (refused.Status, allowed.Status));
        Assert.Contains("unauthorized by CIDR restrictions on the role", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_role_whose_ttl_is_above_its_maximum_and_a_secret_id_of_an_unknown_role()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.CreateRoleAsync("api", new { token_policies = "p" });

        var role = await vault.SendAsync("POST", "auth/approle/role/bad", new { token_ttl = "2h", token_max_ttl = "1h" });
        var secretId = await vault.SendAsync("POST", "auth/approle/role/none/secret-id");

        Assert.Equal(400, role.Status);
        Assert.Equal((404, "role \"none\" does not exist"), (secretId.Status, secretId.Error));
    }
}
