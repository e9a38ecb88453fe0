using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.DevServers.Conformance;

/// <summary>Two npm clients that know nothing of this repository, against the development Vault, directly and through the vault-proxy.</summary>
public sealed class ConformanceTests
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "conformance.mjs"];

    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    // litehex demands mount_type, performance_standby and build_date, which Vault's answers have and OpenBao's have not.
    [Theory]
    [InlineData("node-vault", "openbao", 15)]
    [InlineData("node-vault", "vault", 15)]
    [InlineData("litehex", "vault", 13)]
    public async Task Works_directly(string client, string dialect, int facts)
    {
        await using var vault = await VaultInstance.StartAsync(TestContext.Current.CancellationToken, dialect);

        await RunAsync(vault, client, vault.Address, "direct", facts);
    }

    [Theory]
    [InlineData("node-vault", "openbao", 15)]
    [InlineData("litehex", "vault", 13)]
    public async Task Works_through_the_proxy_which_denies_sealing(string client, string dialect, int facts)
    {
        await using var vault = await VaultInstance.StartAsync(TestContext.Current.CancellationToken, dialect);
        await using var proxy = await ProxyProcess.StartAsync(vault.Address, TestContext.Current.CancellationToken);

        await RunAsync(vault, client, proxy.Address, "proxy", facts);
    }

    private static async Task RunAsync(VaultInstance vault, string client, Uri address, string way, int facts)
    {
        using (var http = vault.CreateClient())
        using (var mounted = await http.PostAsJsonAsync("v1/sys/mounts/transit", new { type = "transit" }, TestContext.Current.CancellationToken))
            mounted.EnsureSuccessStatusCode();
        using var control = new HttpClient { BaseAddress = vault.ControlAddress };
        var key = (string)(await control.GetFromJsonAsync<JsonObject>("unseal-key", TestContext.Current.CancellationToken))!["key"]!;
        var start = new ProcessStartInfo("node", ["conformance.mjs", client, address.ToString().TrimEnd('/'), way, "conformance"]) { WorkingDirectory = await Installed.Value };
        (start.Environment["VAULT_TOKEN"], start.Environment["UNSEAL_KEY"]) = (vault.RootToken, key);

        var result = await ToolProcess.RunAsync(start, "Debian's nodejs");

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(facts, result.Output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Directory.CreateDirectory(Repository.PathOf("artifacts", "tools", "vault-conformance")).FullName;
        foreach (var file in Sources)
            File.Copy(Repository.PathOf("CreditSystem.Tests", "DevServers", "Conformance", file), Path.Combine(folder, file), overwrite: true);
        if (Directory.Exists(Path.Combine(folder, "node_modules", "node-vault")) && Directory.Exists(Path.Combine(folder, "node_modules", "@litehex")))
            return folder;
        var install = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder };
        var result = await ToolProcess.RunAsync(install, "Debian's npm");
        return result.ExitCode == 0 ? folder : throw new InvalidOperationException($"npm ci failed: {result.Error}");
    }
}
