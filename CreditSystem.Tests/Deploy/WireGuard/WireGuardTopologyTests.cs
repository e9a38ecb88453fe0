using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.WireGuard;

/// <summary>Vault at 10.0.0.1:8200 behind a real WireGuard tunnel, the vault-proxy at its other end, and a tunnel that is cut.</summary>
public sealed class WireGuardTopologyTests
{
    private const string RootToken = "hvs.wireguard-topology";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secrets_are_read_through_the_tunnel_before_it_is_cut_and_after_it_is_restored()
    {
        if (await Topology.ReasonNotToAsync() is { } reason)
            Assert.Skip(reason);
        await using var topology = await Topology.BuildAsync();
        await using var vault = await StartVaultAsync(topology);
        await using var proxy = await StartProxyAsync(topology);
        await using var load = NamespaceProcess.Start(
            topology.ClusterSide,
            ["node", Repository.PathOf("CreditSystem.Tests", "Deploy", "WireGuard", "load.mjs"), "http://127.0.0.1:8200"],
            new Dictionary<string, string> { ["VAULT_TOKEN"] = RootToken });

        await load.WaitAsync(lines => Count(lines, "ok") >= 50, Token);
        var before = load.Lines;
        var checkedBefore = await topology.CheckAsync();
        await topology.CutAsync();
        await load.WaitAsync(lines => Count(lines, "failed") >= 8, Token);
        var checkedDuring = await topology.CheckAsync();
        await topology.RestoreAsync();
        await load.WaitAsync(lines => lines.Count >= 50 && lines.TakeLast(50).All(line => line == "ok"), Token);
        var checkedAfter = await topology.CheckAsync();

        Assert.Equal("written", before[0]);
        Assert.Equal(0, Count(before, "failed"));
        Assert.Equal(0, Count(load.Lines, "wrong"));
        Assert.True(checkedBefore.ExitCode == 0, checkedBefore.Output + checkedBefore.Error);
        Assert.True(checkedDuring.ExitCode == 3, checkedDuring.Output + checkedDuring.Error);
        Assert.True(checkedAfter.ExitCode == 0, checkedAfter.Output + checkedAfter.Error);
    }

    private static async Task<NamespaceProcess> StartVaultAsync(Topology topology)
    {
        var vault = NamespaceProcess.Start(topology.VaultSide, ["dotnet", Path.Combine(AppContext.BaseDirectory, "CreditSystem.Dev.Vault.dll")], new Dictionary<string, string>
        {
            ["VAULT_DEV_LISTEN_ADDRESS"] = "10.0.0.1:8200",
            ["VAULT_DEV_ROOT_TOKEN_ID"] = RootToken,
        });
        await vault.WaitAsync(lines => lines.Any(line => line.Contains(" is ready on 10.0.0.1:8200", StringComparison.Ordinal)), Token);
        return vault;
    }

    private static async Task<NamespaceProcess> StartProxyAsync(Topology topology)
    {
        var proxy = NamespaceProcess.Start(topology.ClusterSide, ["dotnet", Path.Combine(AppContext.BaseDirectory, "CreditSystem.VaultProxy.dll")], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:8200",
            ["VaultProxy__Upstreams__0"] = "http://10.0.0.1:8200",
            ["VaultProxy__Upstream__ProbeIntervalSeconds"] = "0.5",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        });
        await proxy.WaitAsync(lines => lines.Any(line => line.Contains("Application started", StringComparison.Ordinal)), Token);
        return proxy;
    }

    private static int Count(IEnumerable<string> lines, string start) => lines.Count(line => line.StartsWith(start, StringComparison.Ordinal));
}
