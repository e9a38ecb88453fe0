using System.Text.Json.Nodes;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Who may talk to whom.</summary>
internal static class NetworkItems
{
    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(35, "Nothing is allowed that is not named", DefaultDeny)
        {
            Mutations =
            [
                Change(overlay => overlay.Objects.Remove(overlay.The("NetworkPolicy", "default-deny"))),
                Change(overlay => overlay.The("NetworkPolicy", "default-deny").Json.Set("spec.policyTypes", new JsonArray("Ingress"))),
                Change(overlay => overlay.The("NetworkPolicy", "default-deny").Json
                    .Set("spec.podSelector", JsonNode.Parse("""{"matchLabels":{"app":"api"}}"""))),
                Change(overlay => overlay.The("NetworkPolicy", "default-deny").Json.Set("spec.egress", JsonNode.Parse("[{}]"))),
            ],
        },
        new(36, "Exactly the connections of the topology are allowed", overlay => Difference(Expected(overlay), Allowed(overlay)))
        {
            Mutations =
            [
                Change(overlay => Egress(overlay, "api").RemoveAt(0)),
                Change(overlay => overlay.The("NetworkPolicy", "api").Json.Set("spec.ingress", JsonNode.Parse("[{}]"))),
                Change(overlay => Egress(overlay, "api")
                    .Add(JsonNode.Parse("""{"to":[{"ipBlock":{"cidr":"10.0.0.1/32"}}],"ports":[{"port":8200}]}"""))),
                Change(overlay => Egress(overlay, "vault-proxy").Add(JsonNode.Parse("""{"to":[{"ipBlock":{"cidr":"0.0.0.0/0"}}]}"""))),
                Change(overlay => overlay.The("NetworkPolicy", "redis").Json.Set("spec.ingress", JsonNode.Parse("[{}]"))),
                Change(overlay => overlay.Objects.Remove(overlay.The("NetworkPolicy", "allow-dns"))),
                Change(overlay => overlay.The("ConfigMap", "vault-proxy-env").Json
                    .Set("data.VaultProxy__Upstreams__0", "http://10.9.9.9:8200")),
            ],
        },
    ];

    private static JsonArray Egress(Overlay overlay, string policy) =>
        (JsonArray)overlay.The("NetworkPolicy", policy).Json.At("spec.egress")!;

    private static IEnumerable<string> DefaultDeny(Overlay overlay)
    {
        var denies = overlay.OfKind("NetworkPolicy").Any(policy =>
            policy.Json.At("spec.podSelector") is JsonObject { Count: 0 }
            && policy.Json.Texts("spec.policyTypes").Order().SequenceEqual(["Egress", "Ingress"])
            && policy.Json.At("spec.ingress") is null
            && policy.Json.At("spec.egress") is null);
        if (!denies)
            yield return "there is no policy that denies everything in both directions";
    }

    /// <summary>The topology, one line for each direction of each connection.</summary>
    private static List<string> Expected(Overlay overlay)
    {
        var proxy = overlay.The("ConfigMap", "vault-proxy-env").Json;
        var vault = new Uri(proxy.Text("data.VaultProxy__Upstreams__0")!);
        // Without certificates the replicas of the proxy keep their questions off the port that clients reach.
        var (port, number) = new Uri(proxy.Text("data.VaultProxy__Peers__Addresses__0")!).Scheme == "https"
            ? ("http", 8200)
            : ("management", 8201);
        List<string> pods =
        [
            "api -> app:mongodb 27017", "api -> app:redis 6379", "api -> app:vault-proxy 8200",
            "vault-approle-refresh -> app:vault-proxy 8200",
            "cli -> app:vault-proxy 8200", "cli -> app:mongodb 27017", "cli -> app:api 8081",
            "api <- app:cli management", "mongodb <- app:cli mongodb", "vault-proxy <- app:cli http",
            "api <- app:api silo", "api -> app:api 11111",
            "api <- namespace http", "api <- namespace management",
            "vault-proxy <- app:api http", "vault-proxy <- app:vault-approle-refresh http", "vault-proxy <- namespace management",
            $"vault-proxy <- app:vault-proxy {port}", $"vault-proxy -> app:vault-proxy {number}",
            "mongodb <- app:api mongodb", "redis <- app:api redis",
        ];
        // Past the proxy, whose own certificate it renews.
        string[] renewal = overlay.Find("CronJob", "certificate-renewal") is null ? [] :
            [$"certificate-renewal -> {vault.Host}/32 {vault.Port}", "certificate-renewal -> control plane 443",
                "certificate-renewal -> control plane 6443"];
        return [.. pods, .. renewal, "* -> dns 53", $"vault-proxy -> {vault.Host}/32 {vault.Port}",
            "vault-approle-refresh -> control plane 443", "vault-approle-refresh -> control plane 6443"];
    }

    private static IEnumerable<string> Allowed(Overlay overlay) => overlay.OfKind("NetworkPolicy").SelectMany(policy =>
    {
        var pods = policy.Json.Text("spec.podSelector.matchLabels.app") ?? "*";
        return policy.Json.List("spec.egress").SelectMany(rule => Lines(rule, pods, "->", "to"))
            .Concat(policy.Json.List("spec.ingress").SelectMany(rule => Lines(rule, pods, "<-", "from")));
    }).Distinct();

    private static IEnumerable<string> Lines(JsonObject rule, string pods, string arrow, string side) =>
        from peer in rule.List(side).SelectMany(item => Peers(item, rule.List("ports").Any(port => port.Text("port") == "6443")))
            .DefaultIfEmpty("anybody")
        from port in rule.List("ports").Select(item => item.Text("port") ?? "any").DefaultIfEmpty("any")
        select $"{pods} {arrow} {peer} {port}";

    private static IEnumerable<string> Peers(JsonObject peer, bool isControlPlane)
    {
        if (peer.Text("ipBlock.cidr") is { } network)
            return [isControlPlane && network != "0.0.0.0/0" ? "control plane" : network];
        if (KubeObject.LabelOf(peer.At("podSelector.matchLabels"), "k8s-app") == "kube-dns")
            return ["dns"];
        if (KubeObject.LabelOf(peer.At("namespaceSelector.matchLabels"), "kubernetes.io/metadata.name") is { Length: > 0 })
            return ["namespace"];
        if (peer.Text("podSelector.matchLabels.app") is { } app)
            return [$"app:{app}"];
        var names = peer.List("podSelector.matchExpressions").SelectMany(expression => expression.Texts("values")).ToList();
        return names.Count > 0 ? names.Select(name => $"app:{name}") : ["anybody"];
    }

    private static IEnumerable<string> Difference(List<string> expected, IEnumerable<string> allowed)
    {
        var actual = allowed.ToHashSet();
        return expected.Where(line => !actual.Contains(line)).Select(line => $"missing: {line}")
            .Concat(actual.Where(line => !expected.Contains(line)).Select(line => $"too much: {line}"));
    }
}
