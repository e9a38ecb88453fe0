using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultEnvelopeTests
{
    [Fact]
    public async Task A_success_has_every_key_of_the_envelope_and_is_never_stored()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });

        var answer = await vault.SendAsync("GET", "secret/data/a");

        Assert.Equal(
            ["request_id", "lease_id", "renewable", "lease_duration", "data", "wrap_info", "warnings", "auth"],
            answer.Body!.Select(pair => pair.Key));
        Assert.True(answer.Response.Headers.CacheControl!.NoStore);
    }

    [Theory]
    [InlineData(null, "permission denied")]
    [InlineData("hvs.unknown", "permission denied")]
    public async Task Refuses_a_missing_and_an_unknown_token_alike(string? token, string error)
    {
        await using var vault = await VaultHost.StartAsync();

        var answer = await vault.SendAsync("GET", "secret/data/a", token: token);

        Assert.Equal((403, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Speaks_as_HashiCorps_Vault_where_that_is_asked_for()
    {
        await using var vault = await VaultHost.StartAsync(dialect: Dialect.Vault);
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });

        var read = await vault.SendAsync("GET", "secret/data/a");
        var wrapping = await vault.SendAsync("GET", "secret/data/a", headers: ("X-Vault-Wrap-TTL", "60"));
        var unwrapped = await vault.SendAsync("POST", "sys/wrapping/unwrap", token: (string)wrapping.Body!["wrap_info"]!["token"]!);
        var invalid = await vault.SendAsync("GET", "secret/data/a", token: "hvs.unknown");
        var health = await vault.SendAsync("GET", "sys/health", token: null);

        Assert.All([read, unwrapped], answer => Assert.Equal("kv", (string?)answer.Body!["mount_type"]));
        Assert.Equal((403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"), (invalid.Status, invalid.Error));
        Assert.Equal(("1.20.0", false), ((string)health.Body!["version"]!, (bool)health.Body["performance_standby"]!));
    }

    [Fact]
    public async Task Vaults_own_token_header_wins_over_a_bearer_token()
    {
        await using var vault = await VaultHost.StartAsync();

        var bearer = await vault.SendAsync("GET", "auth/token/lookup-self", token: null, headers: ("Authorization", $"Bearer {VaultHost.RootToken}"));
        var both = await vault.SendAsync("GET", "auth/token/lookup-self", token: "hvs.wrong", headers: ("Authorization", $"Bearer {VaultHost.RootToken}"));

        Assert.Equal((200, 403), (bearer.Status, both.Status));
    }

    [Theory]
    [InlineData("GET", "nowhere/x", 404, "no handler for route \"nowhere/x\". route entry not found.")]
    [InlineData("GET", "auth/token/nonsense", 404, "1 error occurred:\n\t* unsupported path\n\n")]
    [InlineData("DELETE", "auth/token/lookup-self", 405, "1 error occurred:\n\t* unsupported operation\n\n")]
    public async Task Says_what_does_not_exist(string method, string path, int status, string error)
    {
        await using var vault = await VaultHost.StartAsync();

        var answer = await vault.SendAsync(method, path);

        Assert.Equal((status, error), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task A_read_or_list_of_nothing_is_a_404_without_messages_and_a_write_without_answer_a_204()
    {
        await using var vault = await VaultHost.StartAsync();

        var read = await vault.SendAsync("GET", "secret/data/none");
        var list = await vault.SendAsync("LIST", "secret/metadata/none");
        var write = await vault.SendAsync("POST", "cubbyhole/mine", new { a = "b" });

        Assert.Equal((404, """{"errors":[]}"""), (read.Status, read.Body!.ToJsonString()));
        Assert.Equal((404, """{"errors":[]}"""), (list.Status, list.Body!.ToJsonString()));
        Assert.Equal((204, null), (write.Status, write.Body));
    }

    [Fact]
    public async Task Put_is_post_and_list_is_also_a_query_and_an_unknown_verb_is_refused()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("PUT", "secret/data/folder/a", new { data = new { } });

        var list = await vault.SendAsync("GET", "secret/metadata/folder?list=true");
        var unknown = await vault.SendAsync("PURGE", "secret/data/folder/a");

        Assert.Equal("a", (string?)list.Data["keys"]![0]);
        Assert.Equal(405, unknown.Status);
    }

    [Fact]
    public async Task Reads_json_whatever_the_content_type_says_and_refuses_what_is_not_json()
    {
        await using var vault = await VaultHost.StartAsync();

        var form = await vault.SendAsync("POST", "secret/data/a", """{"data":{"x":1}}""", contentType: "application/x-www-form-urlencoded");
        var broken = await vault.SendAsync("POST", "secret/data/a", """{"data":""");

        Assert.Equal((200, 400), (form.Status, broken.Status));
    }

    [Fact]
    public async Task Refuses_a_body_above_32_mebibytes()
    {
        await using var vault = await VaultHost.StartAsync();

        var answer = await vault.SendAsync("POST", "secret/data/a", new string(' ', (32 * 1024 * 1024) + 1), headers: ("Expect", "100-continue"));

        Assert.Equal((413, "http: request body too large"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task An_encoded_slash_is_a_slash_of_the_path()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/my%2Fpath", new { data = new { x = 1 } });

        Assert.Equal(1, (int)(await vault.DoAsync("GET", "secret/data/my/path")).Data["data"]!["x"]!);
    }
}
