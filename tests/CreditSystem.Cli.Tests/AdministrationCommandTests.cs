using System.Text.Json.Nodes;
using CreditSystem.Secrets.Tests;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Cli.Tests;

public sealed class AdministrationCommandTests
{
    [Fact]
    public async Task Vault_status_tells_who_we_are_and_how_long_each_call_takes()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);

        var (code, output) = await RunAsync(vault, "vault", "status", "--json");

        var answer = JsonNode.Parse(output)!;
        Assert.Equal(0, code);
        Assert.True((bool)answer["authenticated"]!);
        Assert.Equal("credit-system", (string?)answer["role"]);
        Assert.Equal(200, (int)answer["health"]!);
        var latencies = answer["latencies"]!.AsArray().ToDictionary(latency => (string)latency!["call"]!, latency => ((double)latency!["milliseconds"]!, (double?)latency["original_milliseconds"]));
        Assert.Equal(["cached read", "health", "login", "read through the proxy", "renewal"], latencies.Keys.Order(StringComparer.Ordinal));
        Assert.All(latencies.Values, latency => Assert.True(latency.Item1 > 0));
        Assert.Equal([30, 150, 100, 50], new[] { "health", "login", "renewal", "read through the proxy" }.Select(call => latencies[call].Item2!.Value));
        Assert.Empty(vault.LiveTokens);
    }

    [Fact]
    public async Task Vault_status_fails_while_vault_is_sealed_and_says_why()
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Fault = _ => 503;

        var (code, output) = await RunAsync(vault, "vault", "status");

        Assert.Equal(1, code);
        Assert.Contains("Vault answered 503, injected.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vault_secrets_lists_paths_versions_and_key_names()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);

        var (code, output) = await RunAsync(vault, "vault", "secrets");

        Assert.Equal(0, code);
        Assert.Contains("secret/credit-system/app", output, StringComparison.Ordinal);
        Assert.Contains("debug, secret_key", output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_sources_names_the_source_of_each_key()
    {
        await using var vault = await MinimalVault.StartAsync();
        SecretsSetup.WriteAll(vault);

        var (code, output) = await RunAsync(vault, "config", "sources", "--json");

        Assert.Equal(0, code);
        Assert.Contains(JsonNode.Parse(output)!.AsArray(), source => (string?)source!["key"] == "app:secret_key" && (string?)source["source"] == "vault" && (int?)source["version"] == 1);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_writes_the_old_version_as_a_new_one_and_names_the_keys_that_change()
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Write("credit-system/app", new { secret_key = "canary-first", debug = true });
        vault.Write("credit-system/app", new { secret_key = "canary-second", port = 1 });

        var (dry, diff) = await RunAsync(vault, "vault", "rollback", "app", "--to", "1", "--dry-run");
        var (code, output) = await RunAsync(vault, "vault", "rollback", "app", "--to", "1");
        var (_, versions) = await RunAsync(vault, "vault", "versions", "app", "--json");

        Assert.Equal((0, 0), (dry, code));
        Assert.Contains("Nothing was written.", diff, StringComparison.Ordinal);
        Assert.Equal(["+ debug", "- port", "~ secret_key"], diff.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && "+-~".Contains(line[0])));
        Assert.Contains("version 1 is now version 3.", output, StringComparison.Ordinal);
        Assert.Equal([3, 2, 1], JsonNode.Parse(versions)!.AsArray().Select(version => (int)version!["number"]!));
        Assert.DoesNotContain("canary", diff + output + versions, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_does_not_overwrite_what_somebody_else_has_written_meanwhile()
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Write("credit-system/app", new { secret_key = "canary-first" });
        vault.Write("credit-system/app", new { secret_key = "canary-second" });
        vault.Fault = request =>
        {
            if (request.Method == "POST" && request.Path.Value!.Contains("/data/", StringComparison.Ordinal))
                vault.Write("credit-system/app", new { secret_key = "canary-of-another" });
            return null;
        };

        var (code, output) = await RunAsync(vault, "vault", "rollback", "app", "--to", "1");

        Assert.Equal(1, code);
        Assert.Contains("Somebody else has written secret/credit-system/app meanwhile", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app", "9")]
    [InlineData("nothing", "1")]
    public async Task What_is_not_there_cannot_be_rolled_back_to(string path, string version)
    {
        await using var vault = await MinimalVault.StartAsync();
        vault.Write("credit-system/app", new { secret_key = "canary-first" });

        var (code, _) = await RunAsync(vault, "vault", "rollback", path, "--to", version);

        Assert.Equal(1, code);
        Assert.Equal(0, vault.Count("POST /v1/secret/"));
    }

    private static Task<(int Code, string Output)> RunAsync(MinimalVault vault, params string[] args) => CliRun.OnInstallationAsync(Settings(vault), args);

    private static KeyValuePair<string, string?>[] Settings(MinimalVault vault) =>
    [
        new("VAULT_ADDR", vault.Address.ToString()),
        new("VAULT_ROLE_ID", MinimalVault.RoleId),
        new("VAULT_SECRET_ID", "secret-canary-91c2"),
        new("Connections:ConnectTimeout", "00:00:01"),
    ];
}
