using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultSystemTests
{
    [Fact]
    public async Task Health_is_told_without_token_and_without_envelope()
    {
        await using var vault = await VaultHost.StartAsync();

        var health = await vault.SendAsync("GET", "sys/health", token: null);
        var head = await vault.SendAsync("HEAD", "sys/health?activecode=299", token: null);

        string[] fields = ["initialized", "sealed", "standby", "replication_performance_mode", "replication_dr_mode", "server_time_utc", "version", "cluster_name", "cluster_id"];
        Assert.Empty(fields.Except(health.Body!.Select(pair => pair.Key)));
        Assert.Equal((200, 299), (health.Status, head.Status));
    }

    [Fact]
    public async Task Sealed_it_answers_nothing_but_its_state_until_its_key_comes()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        await vault.DoAsync("PUT", "sys/seal");

        var read = await vault.SendAsync("GET", "secret/data/a");
        Assert.Equal((503, "Vault is sealed"), (read.Status, read.Error));
        Assert.Equal(503, (await vault.SendAsync("GET", "sys/health", token: null)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/health?sealedcode=200", token: null)).Status);
        Assert.True((bool)(await vault.SendAsync("GET", "sys/seal-status", token: null)).Body!["sealed"]!);
        Assert.True((bool)(await vault.SendAsync("GET", "sys/init", token: null)).Body!["initialized"]!);

        var wrong = await vault.SendAsync("PUT", "sys/unseal", new { key = Convert.ToBase64String(new byte[32]) }, token: null);
        var right = await vault.SendAsync("PUT", "sys/unseal", new { key = (string)(await vault.StatusAsync("unseal-key"))["key"]! }, token: null);

        Assert.Equal(400, wrong.Status);
        Assert.False((bool)right.Body!["sealed"]!);
        Assert.Equal(200, (await vault.SendAsync("GET", "secret/data/a")).Status);
    }

    [Fact]
    public async Task Mounts_are_enabled_tuned_listed_and_disabled_with_all_that_is_in_them()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/mounts/extra", new { type = "kv", options = new { version = "2" }, description = "one more" });
        await vault.DoAsync("POST", "extra/data/a", new { data = new { x = 1 } });
        await vault.DoAsync("POST", "sys/mounts/extra/tune", new { default_lease_ttl = "2h" });

        var listed = (await vault.DoAsync("GET", "sys/mounts")).Body!;
        var taken = await vault.SendAsync("POST", "sys/mounts/extra", new { type = "kv" });
        await vault.DoAsync("DELETE", "sys/mounts/extra");

        Assert.Equal("2", (string)listed["data"]!["secret/"]!["options"]!["version"]!);
        Assert.Equal(("one more", 7200), ((string)listed["extra/"]!["description"]!, (int)listed["extra/"]!["config"]!["default_lease_ttl"]!));
        Assert.Equal((400, "path is already in use at extra/"), (taken.Status, taken.Error));
        await vault.DoAsync("POST", "sys/mounts/extra", new { type = "kv", options = new { version = "2" } });
        Assert.Equal(404, (await vault.SendAsync("GET", "extra/data/a")).Status);
    }

    [Fact]
    public async Task A_namespace_is_a_header_or_a_prefix_and_its_tokens_stay_in_it()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "sys/namespaces/ns1");
        await vault.SendAsync("POST", "sys/mounts/secret", new { type = "kv", options = new { version = "2" } }, headers: ("X-Vault-Namespace", "ns1/"));
        await vault.DoAsync("POST", "ns1/secret/data/a", new { data = new { x = 1 } });
        await vault.SendAsync("PUT", "sys/policies/acl/p", new { policy = "path \"secret/*\" { capabilities = [\"read\"] }" }, headers: ("X-Vault-Namespace", "ns1"));
        var token = (await vault.SendAsync("POST", "auth/token/create", new { policies = new[] { "p" } }, headers: ("X-Vault-Namespace", "ns1"))).Token;

        Assert.Equal(404, (await vault.SendAsync("GET", "secret/data/a")).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "secret/data/a", token: token, headers: ("X-Vault-Namespace", "ns1/"))).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "ns1/secret/data/a", token: token)).Status);
        Assert.Equal(403, (await vault.SendAsync("GET", "secret/data/a", token: token)).Status);
        Assert.Equal(404, (await vault.SendAsync("GET", "secret/data/a", headers: ("X-Vault-Namespace", "unknown"))).Status);
    }

    [Fact]
    public async Task Metrics_are_for_prometheus_and_count()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.CreateRoleAsync("api", new { token_policies = "p" });
        await vault.LogInAsync("wrong", "wrong");

        var answer = await vault.SendAsync("GET", "sys/metrics?format=prometheus");
        var text = await answer.Response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("\nvault_core_unsealed 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nvault_core_handle_login_request_failures 1\n", text, StringComparison.Ordinal);
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/metrics?format=prometheus", token: null)).Status);
    }

    [Fact]
    public async Task The_audit_log_has_a_line_for_each_request_and_response_and_no_string_in_the_clear()
    {
        await using var vault = await VaultHost.StartAsync();
        var folder = Directory.CreateTempSubdirectory("credit-system-audit-test-");
        var file = Path.Combine(folder.FullName, "audit.log");
        await vault.DoAsync("PUT", "sys/audit/file", new { type = "file", options = new { file_path = file } });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { password = "canary-3141", port = 27017 } });
        await vault.DoAsync("GET", "secret/data/a");
        var hash = (string)(await vault.DoAsync("POST", "sys/audit-hash/file", new { input = "canary-3141" })).Data["hash"]!;

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
        folder.Delete(recursive: true);

        var write = lines.Single(line => (string)line["type"]! == "request" && (string)line["request"]!["operation"]! == "create");
        var read = lines.Single(line => (string)line["type"]! == "response" && (string)line["request"]!["operation"]! == "read");
        Assert.Equal((hash, 27017), ((string)write["request"]!["data"]!["data"]!["password"]!, (int)write["request"]!["data"]!["data"]!["port"]!));
        Assert.Equal(hash, (string)read["response"]!["data"]!["data"]!["password"]!);
        Assert.Matches("^hmac-sha256:[0-9a-f]{64}$", hash);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }
}
