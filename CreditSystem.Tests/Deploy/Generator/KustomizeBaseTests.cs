using CreditSystem.AppHost.Kubernetes;

namespace CreditSystem.Tests.Deploy.Generator;

public sealed class KustomizeBaseTests
{
    private readonly GeneratedBase sample = new(SampleManifest.Json);

    [Fact]
    public void Writes_the_tree_that_aspirate_writes() => Assert.Equal(
        [
            "api/deployment.yaml", "api/kustomization.yaml", "api/service.yaml",
            "kustomization.yaml",
            "mongodb/kustomization.yaml", "mongodb/service.yaml", "mongodb/statefulset.yaml",
            "namespace.yaml",
            "redis/kustomization.yaml", "redis/service.yaml", "redis/statefulset.yaml",
            "vault-proxy/deployment.yaml", "vault-proxy/kustomization.yaml", "vault-proxy/service.yaml",
        ],
        sample.Names);

    [Fact]
    public void Names_objects_as_aspirate_does()
    {
        Assert.Equal("api", sample.Value("api/deployment.yaml", "metadata", "labels", "app"));
        Assert.Equal("api-env", sample.Value("api/kustomization.yaml", "configMapGenerator", 0, "name"));
        Assert.Equal("true", sample.Value("api/kustomization.yaml", "generatorOptions", "disableNameSuffixHash"));
        Assert.Equal("StatefulSet", sample.Value("redis/statefulset.yaml", "kind"));
        Assert.Equal("credit-system-redis", sample.Value("redis/statefulset.yaml", "spec", "volumeClaimTemplates", 0, "metadata", "name"));
    }

    [Fact]
    public void Points_each_service_at_the_port_that_its_container_listens_on()
    {
        Assert.Equal("8200", sample.Value("vault-proxy/service.yaml", "spec", "ports", 0, "targetPort"));
        Assert.Contains("HTTP_PORTS=8200;8201", sample.Literals("vault-proxy"));
        Assert.DoesNotContain("ASPNETCORE_URLS", sample.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Reaches_other_workloads_through_their_services() =>
        Assert.Contains("VAULT_ADDR=http://vault-proxy:8200", sample.Literals("api"));

    [Theory]
    [InlineData("api", "VAULT_SECRET_ID", 1)]
    [InlineData("redis", "REDIS_PASSWORD", 0)]
    [InlineData("mongodb", "MONGO_INITDB_ROOT_PASSWORD", 0)]
    public void Keeps_a_secret_out_of_the_config_map(string workload, string name, int index)
    {
        var file = workload == "api" ? "api/deployment.yaml" : $"{workload}/statefulset.yaml";
        object[] entry = ["spec", "template", "spec", "containers", 0, "env", index];

        Assert.Equal(name, sample.Value(file, [.. entry, "name"]));
        Assert.Equal($"{workload}-secrets", sample.Value(file, [.. entry, "valueFrom", "secretKeyRef", "name"]));
        Assert.DoesNotContain($"{name}=", sample.All, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_connection_string_that_holds_a_password_out_of_the_config_map()
    {
        var written = new GeneratedBase(SampleManifest.Json.Replace(
            "\"VAULT_ADDR\":", "\"ConnectionStrings__credit-system\":\"{credit-system.connectionString}\",\"VAULT_ADDR\":", StringComparison.Ordinal));

        Assert.DoesNotContain("mongodb://", written.All, StringComparison.Ordinal);
        Assert.Equal("ConnectionStrings__credit-system", written.Value("api/deployment.yaml", "spec", "template", "spec", "containers", 0, "env", 0, "name"));
    }

    [Fact]
    public void Leaves_a_parameter_without_a_default_to_the_overlay() =>
        Assert.Contains("VaultProxy__Upstreams__0=<vault-address>", sample.Literals("vault-proxy"));

    [Fact]
    public void Writes_text_as_it_is()
    {
        var written = GeneratedBase.Of("""
            "greeting":{"type":"parameter.v0","value":"{greeting.inputs.value}","inputs":{"value":{"type":"string","default":{"value":"a&b <c> 'd'"}}}},
            "encoded":{"type":"annotated.string","value":"{greeting.value}","filter":"uri"},
            "app":{"type":"container.v0","image":"app:1","env":{"PLAIN":"{greeting.value}","URI":"{encoded.value}","YES":"true"}}
            """);

        Assert.Equal(["PLAIN=a&b <c> 'd'", "URI=a%26b%20%3Cc%3E%20%27d%27", "YES=true"], written.Literals("app"));
    }

    [Fact]
    public void Leaves_out_an_https_endpoint_of_a_project_since_its_image_has_no_certificate()
    {
        var written = GeneratedBase.Of("""
            "app":{"type":"project.v0","path":"a.csproj","env":{"HTTP_PORTS":"{app.bindings.http.targetPort}"},
            "bindings":{"http":{"scheme":"http","protocol":"tcp","transport":"http"},"https":{"scheme":"https","protocol":"tcp","transport":"http"}}}
            """);

        Assert.Equal(["HTTP_PORTS=8080"], written.Literals("app"));
        Assert.DoesNotContain("https", written.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""  "bus":{"type":"dapr.component.v0"} """, "'bus' is of type 'dapr.component.v0'")]
    [InlineData("""  "a":{"type":"container.v0","image":"a:1","bindMounts":[{"source":"x","target":"/x"}]} """, "bind mounts")]
    [InlineData("""  "a":{"type":"container.v1","build":{"context":"."}} """, "no image")]
    [InlineData("""  "a":{"type":"container.v0","image":"a:1","bindings":{"tcp":{"scheme":"tcp"}}} """, "'tcp' of 'a' has no targetPort")]
    [InlineData("""  "a":{"type":"container.v0","image":"a:1","env":{"X":"{gone.value}"}} """, "does not have")]
    [InlineData("""  "a":{"type":"container.v0","image":"a:1","env":{"X":"{a.bindings.tcp.url}"}} """, "cannot be resolved")]
    [InlineData("""  "v":{"type":"value.v0","connectionString":"{v.connectionString}"},"a":{"type":"container.v0","image":"a:1","env":{"X":"{v.connectionString}"}} """, "refers to itself")]
    [InlineData("""  "s":{"type":"parameter.v0","value":"{s.inputs.value}","inputs":{"value":{"type":"string","secret":true}}},"a":{"type":"container.v0","image":"a:1","args":["--password={s.value}"]} """, "argument of 'a' holds a secret")]
    [InlineData("""  "Upper_Case":{"type":"container.v0","image":"a:1"} """, "cannot name a Service")]
    public void Refuses_what_would_be_dropped_or_leak(string resources, string why) =>
        Assert.Contains(why, Assert.Throws<ManifestException>(() => GeneratedBase.Of(resources)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    public void Refuses_a_file_that_is_no_manifest(string json) =>
        Assert.Throws<ManifestException>(() => AspireManifest.Parse(json));
}
