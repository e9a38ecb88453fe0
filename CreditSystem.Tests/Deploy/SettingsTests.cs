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
