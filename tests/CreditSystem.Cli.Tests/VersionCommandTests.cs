using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests;

/// <summary><c>vault versions</c> and <c>vault rollback</c> against a Vault that deletes versions by their age, and by hand.</summary>
public sealed class VersionCommandTests(VaultServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_with_a_time_to_come_is_there_and_what_was_deleted_is_neither_kept_nor_rolled_back_to()
    {
        var vault = await server.GetInstanceAsync();
        var mount = server.CreateName("versions");
        using var client = vault.CreateClient();
        await SendAsync(client, HttpMethod.Post, $"v1/sys/mounts/{mount}", new { type = "kv", options = new { version = "2" } });
        await SendAsync(client, HttpMethod.Post, $"v1/{mount}/metadata/credit-system/app", new { delete_version_after = "1h" });
        for (var version = 1; version <= 4; version++)
            await SendAsync(client, HttpMethod.Post, $"v1/{mount}/data/credit-system/app", new { data = new { secret_key = $"canary-{version}" } });
        await SendAsync(client, HttpMethod.Post, $"v1/{mount}/delete/credit-system/app", new { versions = new[] { 2 } });
        await SendAsync(client, HttpMethod.Put, $"v1/{mount}/destroy/credit-system/app", new { versions = new[] { 3 } });

        var (listed, versions) = await RunAsync(vault, mount, "vault", "versions", "app", "--json");
        var (back, output) = await RunAsync(vault, mount, "vault", "rollback", "app", "--to", "1");
        var (deleted, _) = await RunAsync(vault, mount, "vault", "rollback", "app", "--to", "2");
        var (destroyed, _) = await RunAsync(vault, mount, "vault", "rollback", "app", "--to", "3");

        Assert.Equal((0, 0, 1, 1), (listed, back, deleted, destroyed));
        Assert.Equal(
            [(4, "current"), (3, "destroyed"), (2, "deleted"), (1, "kept")],
            JsonNode.Parse(versions)!.AsArray().Select(version => ((int)version!["number"]!, (string)version["state"]!)));
        Assert.Contains($"{mount}/credit-system/app: version 1 is now version 5.", output, StringComparison.Ordinal);
        Assert.Contains("as the secret's delete_version_after says", output, StringComparison.Ordinal);
        var now = await client.GetFromJsonAsync<JsonNode>($"v1/{mount}/data/credit-system/app", Token);
        Assert.Equal((5, "canary-1"), ((int)now!["data"]!["metadata"]!["version"]!, (string?)now["data"]!["data"]!["secret_key"]));
        Assert.DoesNotContain("canary", versions + output, StringComparison.Ordinal);
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, Token);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
    }

    private static Task<(int Code, string Output)> RunAsync(VaultInstance vault, string mount, params string[] args) => CliRun.OnInstallationAsync(
        [new("VAULT_ADDR", vault.Address.ToString()), new("VAULT_TOKEN", vault.RootToken), new("Vault:MountPoint", mount)], args);
}
