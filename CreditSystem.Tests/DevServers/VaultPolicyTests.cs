using CreditSystem.Dev.Vault;
using CreditSystem.Dev.Vault.Policies;
using PolicyAccess = CreditSystem.Dev.Vault.Policies.Access;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultPolicyTests
{
    [Theory]
    [InlineData("secret/data/app", "read")]
    [InlineData("secret/data/app/deep", "list")]
    [InlineData("secret/data/other", "deny")]
    [InlineData("secret/team/x/config", "update")]
    [InlineData("secret/team/x/y/config", "deny")]
    [InlineData("secret/team/x/config/deep", "deny")]
    [InlineData("wild/a/b/c/d", "delete")]
    [InlineData("secret/data/denied", "deny")]
    [InlineData("secret/data/denied/below", "list")]
    public void The_rule_of_the_most_specific_path_counts(string path, string capability)
    {
        var access = new PolicyAccess(isRoot: false, PolicyDocument.Parse("""
            # comments, and both kinds of lists
            path "secret/data/app" { capabilities = ["read"] }
            path "secret/data/app/*" { capabilities = ["list",] }
            path "secret/data/denied" { capabilities = ["read", "deny"] }
            path "secret/data/denied/*" { capabilities = ["list"] } // after
            /* a block */
            path "secret/team/+/config" { capabilities = ["update"] }
            path "wild/+/b/*" { capabilities = ["delete"] }
            """));

        Assert.Equal([capability], access.Of(path).Capabilities);
    }

    [Theory]
    [InlineData("secret/*", "secret/data/*", "secret/data/*")]
    [InlineData("secret/+/a", "secret/data/*", "secret/data/*")]
    [InlineData("secret/+/*", "secret/+/a", "secret/+/a")]
    [InlineData("+/+/a", "+/data/a", "+/data/a")]
    public void Among_wildcards_the_later_one_wins(string one, string other, string winner)
    {
        string Rule(string path) => $"path \"{path}\" {{ capabilities = [\"{(path == winner ? "read" : "delete")}\"] }}\n";
        var access = new PolicyAccess(isRoot: false, PolicyDocument.Parse(Rule(one) + Rule(other)));

        Assert.Equal(["read"], access.Of("secret/data/a").Capabilities);
    }

    [Fact]
    public void Policies_are_added_up_and_deny_wins()
    {
        var access = new PolicyAccess(isRoot: false,
        [
            .. PolicyDocument.Parse("path \"a\" { capabilities = [\"read\"] }\npath \"b\" { capabilities = [\"read\"] }"),
            .. PolicyDocument.Parse("""{"path":{"a":{"capabilities":["update"]},"b":{"capabilities":["deny"]}}}"""),
        ]);

        Assert.Equal(["read", "update"], access.Of("a").Capabilities);
        Assert.Equal(["deny"], access.Of("b").Capabilities);
    }

    [Theory]
    [InlineData("path \"a\" { capabilities = [\"fly\"] }")]
    [InlineData("path \"a\" { capabilities = [\"read\" }")]
    [InlineData("path \"a\" { capabilites = [\"read\"] }")]
    [InlineData("path \"a\"")]
    [InlineData("{\"path\":")]
    public void What_is_not_a_policy_is_refused(string text) =>
        Assert.Equal(400, Assert.Throws<VaultFault>(() => PolicyDocument.Parse(text)).Status);

    [Theory]
    [InlineData("create", "POST", "secret/data/new", 200)]
    [InlineData("create", "POST", "secret/data/old", 403)]
    [InlineData("update", "POST", "secret/data/new", 403)]
    [InlineData("update", "POST", "secret/data/old", 200)]
    [InlineData("read", "GET", "secret/data/old", 200)]
    [InlineData("read", "LIST", "secret/metadata", 403)]
    [InlineData("list", "LIST", "secret/metadata", 200)]
    [InlineData("delete", "DELETE", "secret/data/old", 204)]
    [InlineData("update", "PATCH", "secret/data/old", 403)]
    [InlineData("patch", "PATCH", "secret/data/old", 200)]
    public async Task Each_operation_needs_its_capability(string capability, string method, string path, int status)
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/old", new { data = new { x = 1 } });
        var token = await vault.TokenWithAsync($"path \"secret/*\" {{ capabilities = [\"{capability}\"] }}");

        var body = method is "POST" or "PATCH" ? new { data = new { x = 2 } } : null;
        var answer = await vault.SendAsync(method, path, body, token, method == "PATCH" ? "application/merge-patch+json" : "application/json");

        Assert.Equal(status, answer.Status);
        if (status == 403)
            Assert.Equal("1 error occurred:\n\t* permission denied\n\n", answer.Error);
    }

    [Fact]
    public async Task Sealing_needs_sudo()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.WritePolicyAsync("with", "path \"sys/seal\" { capabilities = [\"update\", \"sudo\"] }");
        var with = (await vault.DoAsync("POST", "auth/token/create", new { policies = new[] { "with" } })).Token;
        var without = await vault.TokenWithAsync("path \"sys/seal\" { capabilities = [\"update\"] }");

        Assert.Equal(403, (await vault.SendAsync("POST", "sys/seal", token: without)).Status);
        Assert.Equal(204, (await vault.SendAsync("POST", "sys/seal", token: with)).Status);
    }

    [Theory]
    [InlineData("""{"policy":"x"}""", 403)]
    [InlineData("""{"name":"bad"}""", 403)]
    [InlineData("""{"name":"ok-1"}""", 204)]
    [InlineData("""{"name":"ok-1","other":"x"}""", 403)]
    public async Task Only_allowed_parameters_pass(string body, int status)
    {
        await using var vault = await VaultHost.StartAsync();
        var token = await vault.TokenWithAsync("""path "cubbyhole/a" { capabilities = ["create"] allowed_parameters = { "name" = ["ok-*"] } required_parameters = ["name"] }""");

        Assert.Equal(status, (await vault.SendAsync("POST", "cubbyhole/a", body, token)).Status);
    }

    [Fact]
    public async Task A_path_can_be_bound_to_wrapped_answers()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        var token = await vault.TokenWithAsync("""path "secret/data/a" { capabilities = ["read"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" }""");

        Assert.Equal(403, (await vault.SendAsync("GET", "secret/data/a", token: token)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "secret/data/a", token: token, headers: ("X-Vault-Wrap-TTL", "60"))).Status);
        Assert.Equal(403, (await vault.SendAsync("GET", "secret/data/a", token: token, headers: ("X-Vault-Wrap-TTL", "2h"))).Status);
    }

    [Fact]
    public async Task Says_what_a_token_may_do()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = await vault.TokenWithAsync("path \"secret/data/a\" { capabilities = [\"read\", \"update\"] }");

        var data = (await vault.DoAsync("POST", "sys/capabilities-self", new { paths = new[] { "secret/data/a", "secret/data/b" } }, token)).Data;

        Assert.Equal("""{"secret/data/a":["read","update"],"secret/data/b":["deny"]}""", data.ToJsonString());
    }
}
