using System.Text.Json.Nodes;
using CreditSystem.Cli.Certificates;
using CreditSystem.Tests.Deploy.Checklist;
using CreditSystem.Tests.Deploy.SchemaGate;
using k8s;

namespace CreditSystem.Tests.Deploy;

/// <summary>An overlay with the components of TLS, as docs/operations.md adds them: held to what those without are held to.</summary>
public sealed class CertificateComponentTests : IDisposable
{
    private readonly SourceCopy _copy = new();

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    public void Dispose() => _copy.Dispose();

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Holds_what_the_checklist_and_the_schemas_ask(string name)
    {
        var overlay = Render(name, "certificates", "certificates-mongodb", "certificates-api", $"certificates-api-{IngressOf(name)}");

        var problems = ChecklistTests.Items.Values
            .SelectMany(item => item.Problems(overlay).Select(problem => $"{item}: {problem}")).ToList();
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.DoesNotContain("set-by-overlay", overlay.Text, StringComparison.Ordinal);
        var documents = Overlay.Documents(overlay.Text).Where(SchemaTests.IsOfKubernetes).ToList();
        var typed = KubernetesYaml.LoadAllFromString(string.Join("\n---\n", documents), typeMap: null, strict: true);
        Assert.Equal(documents.Count, typed.Count);
        Assert.Equal("", await KubernetesModels.ProblemsAsync(overlay.Objects));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_proxy_speaks_TLS_and_each_of_its_clients_shows_a_certificate(string name)
    {
        var overlay = Render(name, "certificates");
        var proxy = overlay.The("ConfigMap", "vault-proxy-env").Json;
        Assert.Equal(
            ("8200", "8201", "true"),
            (proxy.Text("data.HTTPS_PORTS"), proxy.Text("data.HTTP_PORTS"), proxy.Text("data.VaultProxy__RequireClientCertificate")));
        Assert.Equal("https://vault-proxy:8200", overlay.The("ConfigMap", "api-env").Json.Text("data.VAULT_ADDR"));
        Assert.DoesNotContain("http://vault-proxy:8200", overlay.Text, StringComparison.Ordinal);
        foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"])
            Assert.Equal("management", overlay.The("Deployment", "vault-proxy").Container.Text($"{probe}.httpGet.port"));

        var api = Variables(overlay.The("Deployment", "api"));
        Assert.Equal("credit-system", api["Vault__Pki__Role"]);
        Assert.Equal("true", api["Cluster__UsesHostCertificates"]);
        AssertMounted(overlay.The("Deployment", "api"), api["VAULT_CACERT"], "vault-proxy-tls");
        Assert.Equal(
            "Memory",
            overlay.The("Deployment", "api").Pod.List("volumes").Single(volume => volume.Text("name") == "tls").Text("emptyDir.medium"));
        AssertMounted(overlay.The("Deployment", "vault-proxy"), $"{proxy.Text("data.Certificates__Directory")}/tls.key", "vault-proxy-tls");
        foreach (var job in (string[])["vault-approle-refresh", "cli"])
        {
            var workload = overlay.The("CronJob", job);
            foreach (var variable in (string[])["VAULT_CACERT", "VAULT_CLIENT_CERT", "VAULT_CLIENT_KEY"])
                AssertMounted(workload, Variables(workload)[variable], "cli-tls");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void The_API_speaks_HTTPS_and_the_Ingress_controller_trusts_its_authority_alone(string name)
    {
        var overlay = Render(name, "certificates", "certificates-api", $"certificates-api-{IngressOf(name)}");
        var settings = overlay.The("ConfigMap", "api-env").Json;
        Assert.Equal(("8080", "8081"), (settings.Text("data.HTTPS_PORTS"), settings.Text("data.HTTP_PORTS")));
        var api = overlay.The("Deployment", "api");
        Assert.Equal("api", Variables(api)["Vault__Pki__CommonName"]);
        Assert.Equal(
            ["management /alive HTTP", "management /alive HTTP", "http /ready HTTPS"],
            ((string[])["startupProbe", "livenessProbe", "readinessProbe"]).Select(probe => api.Container.At($"{probe}.httpGet")!)
                .Select(get => $"{get.Text("port")} {get.Text("path")} {get.Text("scheme") ?? "HTTP"}"));
        var service = overlay.The("Service", "api").Json;
        Assert.Equal("https", service.List("spec.ports").Single(port => port.Text("name") == "http").Text("appProtocol"));

        // Each controller by what it reads: https, the name in the certificate, and the Secret that the bootstrap makes.
        if (IngressOf(name) == "nginx")
        {
            var annotations = Annotations(overlay.The("Ingress", "api").Json, "nginx.ingress.kubernetes.io/");
            Assert.Equal(
                ("HTTPS", "api", "on", "credit-system/ingress-tls"),
                (annotations["backend-protocol"], annotations["proxy-ssl-name"], annotations["proxy-ssl-verify"],
                    annotations["proxy-ssl-secret"]));
            return;
        }

        var transport = overlay.The("ServersTransport", "api").Json;
        Assert.Equal(("api", "ingress-tls"), (transport.Text("spec.serverName"), Assert.Single(transport.Texts("spec.rootCAsSecrets"))));
        var traefik = Annotations(service, "traefik.ingress.kubernetes.io/service.");
        Assert.Equal(("https", "credit-system-api@kubernetescrd"), (traefik["serversscheme"], traefik["serverstransport"]));
    }

    /// <summary>What the bootstrap makes first is what the CronJob renews, may patch, and what is mounted.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_Secret_that_is_mounted_is_made_by_the_bootstrap_and_renewed(string name)
    {
        var overlay = Render(name, "certificates", "certificates-mongodb", "certificates-api", $"certificates-api-{IngressOf(name)}");
        string[] secrets = [.. CertificateHolder.All.Select(holder => holder.SecretName).Order(StringComparer.Ordinal)];
        var mounted = overlay.Workloads.SelectMany(workload => workload.Pod.List("volumes"))
            .Select(volume => volume.Text("secret.secretName"))
            .Where(secret => secret?.EndsWith("-tls", StringComparison.Ordinal) == true).Distinct().Order(StringComparer.Ordinal);
        // That of the Ingress controller is named to it (above), and in no pod of ours.
        Assert.Equal(secrets.Where(secret => secret != "ingress-tls"), mounted);
        Assert.Contains("ingress-tls", overlay.Text, StringComparison.Ordinal);
        var rule = overlay.The("Role", "certificate-renewal").Json.List("rules").Single();
        Assert.Equal(["get", "patch"], rule.Texts("verbs").Order(StringComparer.Ordinal));
        Assert.Equal(secrets, rule.Texts("resourceNames").Order(StringComparer.Ordinal));
        var renewed = overlay.The("CronJob", "certificate-renewal")
            .Containers.Select(container => string.Join(' ', container.Texts("args")));
        Assert.Equal(
            CertificateHolder.All
                .Select(holder => $"issue-certificate --common-name {holder.CommonName} --kubernetes-secret {holder.SecretName}")
                .Order(StringComparer.Ordinal),
            renewed.Order(StringComparer.Ordinal));

        var bootstrap = Overlay.Render(Path.Combine(name, "bootstrap"), _copy.Folder);
        Assert.Contains("--certificates", bootstrap.The("Job", "vault-bootstrap").Container.Texts("args"));
        Assert.Superset(
            secrets.ToHashSet(), bootstrap.The("Role", "vault-bootstrap").Json.List("rules").First().Texts("resourceNames").ToHashSet());
        Assert.Contains(
            "tls=true", Variables(bootstrap.The("Job", "vault-bootstrap"))["ConnectionStrings__mongodb"], StringComparison.Ordinal);
        Assert.All(PodSecurityItems.All.Where(item => item.Number != 18), item => Assert.Empty(item.Problems(bootstrap)));
    }

    [Fact]
    public void MongoDB_requires_a_certificate_of_its_clients()
    {
        var mongodb = Render("k3s", "certificates", "certificates-mongodb").The("StatefulSet", "mongodb");

        var args = string.Join(' ', mongodb.Containers.First(container => container.Text("name") == "mongodb").Texts("args"));

        // With authorities, and without --tlsAllowConnectionsWithoutCertificates, mongod refuses who shows none.
        Assert.EndsWith(
            "--tlsMode requireTLS --tlsCertificateKeyFile /var/run/credit-system/tls/tls-combined.pem "
                + "--tlsCAFile /var/run/credit-system/tls/ca.crt", args, StringComparison.Ordinal);
        AssertMounted(mongodb, "/var/run/credit-system/tls/ca.crt", "mongodb-tls");
    }

    private Overlay Render(string name, params string[] components) => Render(_copy, name, components);

    /// <summary>The overlay with components of TLS, and its bootstrap with theirs.</summary>
    internal static Overlay Render(SourceCopy copy, string name, params string[] components)
    {
        Add(copy, Path.Combine(name, "kustomization.yaml"), "- ../../components/labels",
            components.Select(component => $"- ../../components/{component}"));
        Add(copy, Path.Combine(name, "bootstrap", "kustomization.yaml"), "- ../settings",
            components.Where(component => Directory.Exists(copy.PathOf("vault", $"bootstrap-{component}")))
                .Select(component => $"- ../../../vault/bootstrap-{component}"));
        return Overlay.Render(name, copy.Folder);
    }

    private static void Add(SourceCopy copy, string file, string before, IEnumerable<string> lines)
    {
        var path = copy.PathOf("overlays", file);
        File.WriteAllText(
            path, File.ReadAllText(path).Replace(before, $"{string.Join('\n', lines)}\n{before}", StringComparison.Ordinal));
    }

    private static string IngressOf(string overlay) => Overlay.Of(overlay).The("Ingress", "api").Json.Text("spec.ingressClassName")!;

    private static Dictionary<string, string> Annotations(JsonObject item, string prefix) => item.At("metadata.annotations")!.AsObject()
        .Where(annotation => annotation.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(annotation => annotation.Key[prefix.Length..], annotation => $"{annotation.Value}");

    private static Dictionary<string, string> Variables(KubeObject workload) => workload.Container.List("env")
        .Where(variable => variable.Text("value") is not null)
        .ToDictionary(variable => variable.Text("name")!, variable => variable.Text("value")!);

    private static void AssertMounted(KubeObject workload, string path, string secret)
    {
        var mount = workload.Container.List("volumeMounts").Single(mount => mount.Text("mountPath") == Path.GetDirectoryName(path));
        Assert.True(mount.IsTrue("readOnly"));
        Assert.Equal(
            secret, workload.Pod.List("volumes").Single(volume => volume.Text("name") == mount.Text("name")).Text("secret.secretName"));
    }
}
