using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

/// <summary>What a site may write into <c>settings/values.yaml</c>.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("registry.example:5000/team/api", "0.2.0")]
    [InlineData("registry.example/api", "0.2.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public void An_image_may_come_from_a_registry_with_a_port_and_be_pinned_by_its_digest(string image, string tag)
    {
        using var copy = new SourceCopy();
        var file = copy.PathOf("overlays", "k3s", "settings", "values.yaml");
        File.WriteAllLines(file, File.ReadAllLines(file).Select(line =>
            line.StartsWith("  apiImage:", StringComparison.Ordinal) ? $"  apiImage: {image}" : line.StartsWith("  tag:", StringComparison.Ordinal) ? $"  tag: {tag}" : line));

        Assert.Equal($"{image}:{tag}", Overlay.Render("k3s", copy.Folder).The("Deployment", "api").Container.Text("image"));
    }

    /// <summary>Each of these rendered to nothing, or to a port that was none, while the port was cut out of the address.</summary>
    [Theory]
    [InlineData("https://vault.example.com", "443", 0)]
    [InlineData("http://10.0.0.1:8200/", "8200", 0)]
    [InlineData("https://[fd00::1]:8200", "8200", 0)]
    [InlineData("https://[fd00::1]", "443", 0)]
    [InlineData("http://vault", "80", 0)]
    [InlineData("https://vault.example.com", "8200", 3)]
    [InlineData("vault.example.com:8200", "8200", 3)]
    [InlineData("https://vault.example.com:8200/v1", "8200", 3)]
    public async Task Vaults_address_may_be_written_in_every_way_that_leads_to_its_port(string address, string port, int expected)
    {
        using var copy = new SourceCopy();
        var file = copy.PathOf("overlays", "k3s", "settings", "values.yaml");
        File.WriteAllLines(file, File.ReadAllLines(file).Select(line =>
            line.StartsWith("  vaultAddress:", StringComparison.Ordinal) ? $"  vaultAddress: {address}" : line.StartsWith("  vaultPort:", StringComparison.Ordinal) ? $"  vaultPort: \"{port}\"" : line));

        foreach (var (folder, policy) in new[] { ("k3s", "vault-proxy"), (Path.Combine("k3s", "bootstrap"), "vault-bootstrap") })
            Assert.Equal(port, Overlay.Render(folder, copy.Folder).The("NetworkPolicy", policy).Json.List("spec.egress").First().List("ports").Single().Text("port"));
        Assert.Equal(address, Overlay.Render("k3s", copy.Folder).The("ConfigMap", "vault-proxy-env").Json.Text("data.VaultProxy__Upstreams__0"));

        // The script compares the two before it asks a cluster, which is not there.
        var start = new System.Diagnostics.ProcessStartInfo("bash", [copy.PathOf("deploy"), "--overlay", "k3s"]);
        start.Environment["KUBECTL"] = "/bin/false";
        start.Environment["RENDER"] = "/bin/true";
        var result = await ToolProcess.RunAsync(start, "bash");
        Assert.Equal(3, result.ExitCode);
        Assert.Equal(expected == 3, result.Error.Contains("in values.yaml is", StringComparison.Ordinal));
    }

    /// <summary>The API server stores no empty list, so that one is a change at every apply.</summary>
    [Theory]
    [InlineData("k3s")]
    [InlineData("production")]
    public void Nothing_is_rendered_that_an_apply_would_change_each_time(string overlay) =>
        Assert.DoesNotContain(": []", Overlay.Of(overlay).Text + Overlay.Render(Path.Combine(overlay, "bootstrap"), Repository.PathOf("deploy")).Text, StringComparison.Ordinal);

    /// <summary>Else per-address limits would count all clients as one, the Ingress controller.</summary>
    [Theory]
    [InlineData("k3s", "10.42.0.0/16")]
    [InlineData("production", "10.244.0.0/16")]
    public void The_API_believes_the_Ingress_controller_who_the_client_is(string overlay, string network) =>
        Assert.Equal(network, Overlay.Of(overlay).The("ConfigMap", "api-env").Json.Text("data.Hardening__KnownProxies__0"));

    [Fact]
    public void An_overlay_may_let_the_API_reach_public_addresses_by_HTTPS_alone()
    {
        using var copy = new SourceCopy();
        var file = copy.PathOf("overlays", "k3s", "kustomization.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("- ../../components/labels", "- ../../components/internet\n- ../../components/labels", StringComparison.Ordinal));

        var rule = Assert.Single(Overlay.Render("k3s", copy.Folder).The("NetworkPolicy", "api-to-internet").Json.List("spec.egress"));

        Assert.Equal("443", Assert.Single(rule.List("ports")).Text("port"));
        Assert.Subset(rule.List("to").Single().Texts("ipBlock.except").ToHashSet(), new HashSet<string> { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16" });
    }
}
