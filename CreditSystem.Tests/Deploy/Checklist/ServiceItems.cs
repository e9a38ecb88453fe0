using System.Text.Json.Nodes;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Probes, Services, and the way in.</summary>
internal static class ServiceItems
{
    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(19, "Readiness gives up before liveness, and liveness asks the process alone", Probes)
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Set("livenessProbe.httpGet.path", "/health")),
                Change(overlay => Api(overlay).Set("livenessProbe.failureThreshold", 1)),
                Change(overlay => Api(overlay).Set("readinessProbe.httpGet.port", 8080)),
                Change(overlay => Api(overlay).Drop("readinessProbe")),
            ],
        },
        new(20, "A startup probe gives a slow start its time", overlay => overlay.Services
            .Where(workload => workload.Container.Number("startupProbe.failureThreshold") * workload.Container.Number("startupProbe.periodSeconds") is not >= 60)
            .Select(workload => $"{workload} has less than a minute to start"))
        {
            Mutations = [Change(overlay => Api(overlay).Drop("startupProbe")), Change(overlay => Api(overlay).Set("startupProbe.failureThreshold", 3))],
        },
        new(21, "The proxy, Redis and MongoDB have probes too", overlay =>
            from name in (string[])["vault-proxy", "redis", "mongodb"]
            let workload = overlay.Services.FirstOrDefault(item => item.Name == name)
            from probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"]
            where workload?.Container.At(probe) is null
            select $"{name} has no {probe}")
        {
            Mutations = [.. from name in (string[])["redis", "mongodb"] select Change(overlay => overlay.The("StatefulSet", name).Container.Drop("livenessProbe"))],
        },
        new(22, "The API's Service is a ClusterIP from 80 to the named port; nothing else is published", ApiService)
        {
            Mutations =
            [
                Change(overlay => overlay.The("Service", "api").Json.Set("spec.type", "LoadBalancer")),
                Change(overlay => overlay.The("Service", "redis").Json.Set("spec.type", "NodePort")),
                Change(overlay => overlay.The("Service", "api").Json.List("spec.ports").First().Set("targetPort", 8080)),
            ],
        },
        new(23, "The proxy's Service leads from 8200 to the port that the proxy listens on", ProxyService)
        {
            Mutations =
            [
                Change(overlay => overlay.The("ConfigMap", "vault-proxy-env").Json.Set("data.HTTP_PORTS", "8080")),
                Change(overlay => overlay.The("ConfigMap", "vault-proxy-env").Json.Set("data.ASPNETCORE_URLS", "http://+:8080;")),
                Change(overlay => overlay.The("Service", "vault-proxy").Json.List("spec.ports").First().Set("port", 8080)),
            ],
        },
        new(24, "Vault's address is in one place", VaultAddress)
        {
            Mutations =
            [
                Change(overlay => overlay.The("ConfigMap", "api-env").Json.Set("data.VAULT_ADDR", Address(overlay))),
                Change(overlay => overlay.The("ConfigMap", "vault-proxy-env").Json.Set("data.VaultProxy__Upstreams__0", "<vault-address>")),
            ],
        },
        new(25, "Each Service selects one workload, and its ports exist there", overlay => overlay.OfKind("Service").SelectMany(service => Targets(overlay, service)))
        {
            Mutations =
            [
                Change(overlay => overlay.The("Service", "redis").Json.Set("spec.selector.app", "cache")),
                Change(overlay => overlay.The("Service", "redis").Json.List("spec.ports").First().Set("targetPort", "tcp")),
                Change(overlay => overlay.The("StatefulSet", "redis").PodTemplate.Set("metadata.labels.app", "mongodb")),
            ],
        },
        new(26, "The Ingress has a class, a host, TLS and a backend that exists", Ingress)
        {
            Mutations =
            [
                Change(overlay => overlay.The("Ingress", "api").Json.Drop("spec.ingressClassName")),
                Change(overlay => overlay.The("Ingress", "api").Json.Drop("spec.tls")),
                Change(overlay => overlay.The("Ingress", "api").Json.List("spec.rules").First().Set("host", "other.local")),
                Change(overlay => overlay.The("Service", "api").Json.List("spec.ports").First().Set("name", "web")),
            ],
        },
    ];

    private static JsonObject Api(Overlay overlay) => overlay.The("Deployment", "api").Container;

    private static string Address(Overlay overlay) => overlay.The("ConfigMap", "vault-proxy-env").Json.Text("data.VaultProxy__Upstreams__0")!;

    private static IEnumerable<string> Probes(Overlay overlay)
    {
        foreach (var workload in overlay.Services)
        {
            var (ready, live) = (workload.Container.At("readinessProbe"), workload.Container.At("livenessProbe"));
            if (ready.Number("failureThreshold") * ready.Number("periodSeconds") is not { } outOfService
                || live.Number("failureThreshold") * live.Number("periodSeconds") is not { } end
                || outOfService >= end)
                yield return $"{workload}: readiness does not give up before liveness";
            if (live.Text("httpGet.path") is { } path && path != "/alive")
                yield return $"{workload}: liveness asks {path}, which depends on others";
            if (live.At("exec") is not null)
                yield return $"{workload}: liveness runs a command, which may depend on others";

            var ports = workload.Container.List("ports").Select(port => port.Text("name")).ToList();
            foreach (var probe in (JsonNode?[])[ready, live])
            {
                if (probe.At("exec") is null && !ports.Contains(probe.Text("httpGet.port") ?? probe.Text("tcpSocket.port")))
                    yield return $"{workload}: a probe does not ask a named port";
            }
        }
    }

    private static IEnumerable<string> ApiService(Overlay overlay)
    {
        var service = overlay.The("Service", "api").Json;
        if (!service.List("spec.ports").Any(port => port.Number("port") == 80 && port.Text("targetPort") == "http"))
            yield return "the API is not on port 80";
        foreach (var open in overlay.OfKind("Service").Where(item => item.Json.Text("spec.type") != "ClusterIP" || item.Json.Scalars().Any(scalar => scalar.Path.Contains("nodePort", StringComparison.Ordinal))))
            yield return $"{open} is published";
    }

    private static IEnumerable<string> ProxyService(Overlay overlay)
    {
        var service = overlay.The("Service", "vault-proxy").Json.List("spec.ports").FirstOrDefault(port => port.Number("port") == 8200);
        var container = overlay.The("Deployment", "vault-proxy").Container;
        var target = container.List("ports").FirstOrDefault(port => port.Text("name") == service.Text("targetPort")).Text("containerPort");
        var settings = overlay.The("ConfigMap", "vault-proxy-env").Json;
        string[] listens = [.. $"{settings.Text("data.HTTP_PORTS")};{settings.Text("data.HTTPS_PORTS")}".Split(';')];
        if (target is null || !listens.Contains(target) || settings.At("data.ASPNETCORE_URLS") is not null)
            yield return $"port 8200 leads to {target ?? "nowhere"}, the proxy listens on {string.Join(", ", listens)}";
    }

    private static IEnumerable<string> VaultAddress(Overlay overlay)
    {
        var address = Address(overlay);
        if (!Uri.TryCreate(address, UriKind.Absolute, out _))
            yield return $"'{address}' is no address";
        var places = overlay.Objects.SelectMany(item => item.Json.Scalars()).Count(scalar => scalar.Value.Contains(address, StringComparison.Ordinal));
        if (places != 1)
            yield return $"{address} is in {places} places";
    }

    private static IEnumerable<string> Targets(Overlay overlay, KubeObject service)
    {
        var selector = new JsonObject { ["matchLabels"] = service.Json.At("spec.selector")!.DeepClone() };
        var selected = overlay.Workloads.Where(workload => KubeObject.Selects(selector, workload.PodTemplate.At("metadata.labels"))).ToList();
        if (selected is not [var only])
            return [$"{service} selects {selected.Count} workloads"];

        return service.Json.List("spec.ports")
            .Where(port => !only.Container.List("ports").Any(open => open.Text("name") == port.Text("targetPort") || open.Text("containerPort") == port.Text("targetPort")))
            .Select(port => $"{service} leads to port {port.Text("targetPort")}, which {only} has not");
    }

    private static IEnumerable<string> Ingress(Overlay overlay)
    {
        foreach (var ingress in overlay.OfKind("Ingress"))
        {
            if (string.IsNullOrEmpty(ingress.Json.Text("spec.ingressClassName")))
                yield return $"{ingress} has no class";

            var secured = ingress.Json.List("spec.tls").Where(tls => tls.Text("secretName") is not null).SelectMany(tls => tls.Texts("hosts")).ToList();
            foreach (var rule in ingress.Json.List("spec.rules"))
            {
                if (rule.Text("host") is not { } host || !secured.Contains(host))
                    yield return $"{ingress}: host '{rule.Text("host")}' has no TLS";
                foreach (var backend in rule.List("http.paths").Select(path => path.At("backend.service")))
                {
                    if (overlay.Find("Service", backend.Text("name")!)?.Json.List("spec.ports").Any(port => port.Text("name") == backend.Text("port.name")) is not true)
                        yield return $"{ingress} leads to {backend?.ToJsonString()}, which does not exist";
                }
            }
        }

        if (!overlay.OfKind("Ingress").Any())
            yield return "there is no Ingress";
    }
}
