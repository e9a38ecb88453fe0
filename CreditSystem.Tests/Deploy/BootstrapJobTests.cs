using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;
using CreditSystem.Tests.Deploy.SchemaGate;
using k8s;

namespace CreditSystem.Tests.Deploy;

/// <summary>The Job that bootstraps Vault from inside the cluster, rendered with each overlay's settings.</summary>
public sealed class BootstrapJobTests
{
    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Is_as_confined_as_the_workloads_that_stay(string name)
    {
        var overlay = Render(name);

        Assert.Equal("Job/vault-bootstrap", Assert.Single(overlay.Workloads).ToString());
        Assert.All(PodSecurityItems.All.Where(item => item.Number != 18), item => Assert.Empty(item.Problems(overlay)));
        Assert.Empty(SecretScan.Findings(overlay.Text));
        Assert.DoesNotContain("set-by-overlay", overlay.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Is_what_the_schemas_ask_for(string name)
    {
        var overlay = Render(name);

        Assert.Equal(overlay.Objects.Count, KubernetesYaml.LoadAllFromString(overlay.Text, typeMap: null, strict: true).Count);
        Assert.Equal("", await KubernetesModels.ProblemsAsync(overlay.Objects));
    }

    /// <summary>The Job runs the command line that is deployed, against the Vault and by the API server of the same overlay.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void Has_the_settings_of_its_overlay(string name)
    {
        var (job, deployed) = (Render(name), Overlay.Of(name));

        Assert.Equal(deployed.The("CronJob", "vault-approle-refresh").Container.Text("image"), job.The("Job", "vault-bootstrap").Container.Text("image"));
        Assert.Contains(deployed.The("ConfigMap", "vault-proxy-env").Json.Text("data.VaultProxy__Upstreams__0")!, job.Text, StringComparison.Ordinal);
        Assert.Equal(Network(deployed, "vault-proxy", 0), Network(job, "vault-bootstrap", 0));
        Assert.Equal(Network(deployed, "vault-approle-refresh", 1), Network(job, "vault-bootstrap", 1));
    }

    /// <summary>Its Role names the Secrets that the workloads ask for, and no other; create alone cannot be bound to a name.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void May_write_the_Secrets_that_the_workloads_need_and_read_no_other(string name)
    {
        var rules = Render(name).The("Role", "vault-bootstrap").Json["rules"]!.AsArray();
        var text = Overlay.Of(name).Text;

        Assert.Equal(["get", "patch"], rules[0]!["verbs"]!.AsArray().Select(verb => (string?)verb));
        Assert.Equal(["create"], rules[1]!["verbs"]!.AsArray().Select(verb => (string?)verb));
        Assert.Equal(2, rules.Count);
        Assert.Equal(4, rules[0]!["resourceNames"]!.AsArray().Count);
        Assert.All(rules[0]!["resourceNames"]!.AsArray(), secret => Assert.Matches($@"(secretName|name): {secret}\n", text));
    }

    private static Overlay Render(string name) => Overlay.Render(Path.Combine(name, "bootstrap"), Repository.PathOf("deploy"));

    private static string? Network(Overlay overlay, string policy, int rule) =>
        (string?)overlay.The("NetworkPolicy", policy).Json["spec"]!["egress"]![rule]!["to"]![0]!["ipBlock"]!["cidr"];
}
