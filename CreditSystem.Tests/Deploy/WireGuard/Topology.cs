using System.Diagnostics;
using System.Security.Cryptography;
using CreditSystem.Testing;

namespace CreditSystem.Tests.Deploy.WireGuard;

/// <summary>
/// Two machines as network namespaces, a cable between them as the internet, and a WireGuard tunnel over it from the
/// templates of deploy/wireguard. Vault's machine is 10.0.0.1 in the tunnel, the cluster's node 10.0.0.2.
/// </summary>
internal sealed class Topology : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-wireguard-test-").FullName;
    private readonly List<NamespaceProcess> _daemons = [];
    private readonly string _id = RandomNumberGenerator.GetHexString(6, lowercase: true);

    private Topology()
    {
    }

    /// <summary>Also the name of the tunnel's interface in it: wireguard-go's sockets are in one folder for all namespaces.</summary>
    public string VaultSide => $"csv{_id}";

    public string ClusterSide => $"csc{_id}";

    private string Cable => $"cse{_id}";

    /// <summary>Null, or why such a topology cannot be made on this machine.</summary>
    public static async Task<string?> ReasonNotToAsync()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
            return "network namespaces need root";
        if (!File.Exists("/dev/net/tun"))
            return "wireguard-go needs /dev/net/tun";
        foreach (var tool in (string[])["ip", "wg", "wg-quick", "wireguard-go", "node"])
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, tool))))
                return $"{tool} is not installed (.ci/prerequisites does)";
        }

        var name = $"csx{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        var made = await ToolProcess.RunAsync(new ProcessStartInfo("ip", ["netns", "add", name]), "Debian's iproute2");
        if (made.ExitCode != 0)
            return $"network namespaces cannot be made here: {made.Error.Trim()}";
        await ToolProcess.RunAsync(new ProcessStartInfo("ip", ["netns", "del", name]), "Debian's iproute2");
        return null;
    }

    public static async Task<Topology> BuildAsync()
    {
        var topology = new Topology();
        try
        {
            await topology.LayCableAsync();
            await topology.DigTunnelAsync();
            return topology;
        }
        catch
        {
            await topology.DisposeAsync();
            throw;
        }
    }

    public Task CutAsync() => RunAsync("ip", "-n", VaultSide, "link", "set", Cable, "down");

    public Task RestoreAsync() => RunAsync("ip", "-n", VaultSide, "link", "set", Cable, "up");

    /// <summary>What deploy/wireguard/check says on the cluster's side.</summary>
    public Task<ToolProcess.Result> CheckAsync() =>
        ToolProcess.RunAsync(new ProcessStartInfo("ip", ["netns", "exec", ClusterSide, Repository.PathOf("deploy", "wireguard", "check"), ClusterSide, "10.0.0.1:8200"]), "Debian's iproute2");

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
            await daemon.DisposeAsync();
        // The cable goes with the namespaces.
        foreach (var side in (string[])[VaultSide, ClusterSide])
            await ToolProcess.RunAsync(new ProcessStartInfo("ip", ["netns", "del", side]), "Debian's iproute2");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LayCableAsync()
    {
        await RunAsync("ip", "netns", "add", VaultSide);
        await RunAsync("ip", "netns", "add", ClusterSide);
        await RunAsync("ip", "link", "add", Cable, "netns", VaultSide, "type", "veth", "peer", "name", Cable, "netns", ClusterSide);
        foreach (var (side, address) in new[] { (VaultSide, "192.0.2.1/24"), (ClusterSide, "192.0.2.2/24") })
        {
            await RunAsync("ip", "-n", side, "addr", "add", address, "dev", Cable);
            await RunAsync("ip", "-n", side, "link", "set", "lo", "up");
            await RunAsync("ip", "-n", side, "link", "set", Cable, "up");
        }
    }

    private async Task DigTunnelAsync()
    {
        var (vaultKey, clusterKey) = (await KeyAsync(), await KeyAsync());
        await EndAsync(VaultSide, "vault-side", new Dictionary<string, string> { ["VAULT_PRIVATE_KEY"] = vaultKey.Private, ["CLUSTER_PUBLIC_KEY"] = clusterKey.Public });
        await EndAsync(ClusterSide, "cluster-side", new Dictionary<string, string> { ["CLUSTER_PRIVATE_KEY"] = clusterKey.Private, ["VAULT_PUBLIC_KEY"] = vaultKey.Public, ["VAULT_ENDPOINT"] = "192.0.2.1:51820" });
    }

    /// <summary>One end, from its template, as wg-quick would do it with the kernel's WireGuard.</summary>
    private async Task EndAsync(string side, string template, Dictionary<string, string> values)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf("deploy", "wireguard", $"{template}.conf.template"), TestContext.Current.CancellationToken);
        foreach (var (name, value) in values)
            text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal);
        Assert.DoesNotContain("${", text, StringComparison.Ordinal);
        var file = Path.Combine(_folder, $"{side}.conf");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        var stripped = Path.Combine(_folder, $"{side}.stripped");
        await File.WriteAllTextAsync(stripped, await RunAsync("wg-quick", "strip", file), TestContext.Current.CancellationToken);

        _daemons.Add(NamespaceProcess.Start(side, ["wireguard-go", "-f", side]));
        for (var attempts = 0; !File.Exists($"/var/run/wireguard/{side}.sock"); attempts++)
        {
            Assert.True(attempts < 600, string.Join(Environment.NewLine, _daemons[^1].Lines));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }

        await RunAsync("ip", "netns", "exec", side, "wg", "setconf", side, stripped);
        var address = text.Split('\n').Single(line => line.StartsWith("Address = ", StringComparison.Ordinal))["Address = ".Length..];
        await RunAsync("ip", "-n", side, "addr", "add", address, "dev", side);
        await RunAsync("ip", "-n", side, "link", "set", side, "up");
    }

    private static async Task<(string Private, string Public)> KeyAsync()
    {
        var key = (await RunAsync("wg", "genkey")).Trim();
        var derived = await ToolProcess.RunAsync(new ProcessStartInfo("wg", ["pubkey"]), "Debian's wireguard-tools", key);
        return (key, derived.Output.Trim());
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await ToolProcess.RunAsync(new ProcessStartInfo(program, arguments), $"Debian's {(program == "ip" ? "iproute2" : "wireguard-tools")}");
        return result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {result.Error}");
    }
}
