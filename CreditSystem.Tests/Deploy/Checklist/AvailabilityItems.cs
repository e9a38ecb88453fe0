using System.Text.Json.Nodes;
using CreditSystem.Ledger.Orleans;
using Microsoft.Extensions.Hosting;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Data that stays, and service that goes on.</summary>
internal static class AvailabilityItems
{
    private const double Margin = 5;
    private static readonly string[] Stateless = ["api", "vault-proxy"];

    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(37, "Redis and MongoDB are StatefulSets with a headless Service, a claim, a password and fsGroup", DataStores)
        {
            Mutations =
            [
                Change(overlay => overlay.The("Service", "mongodb").Json.Drop("spec.clusterIP")),
                Change(overlay => overlay.The("StatefulSet", "mongodb").Json.Drop("spec.volumeClaimTemplates")),
                Change(overlay => overlay.The("StatefulSet", "redis").Container.Set("env", new JsonArray())),
                Change(overlay => overlay.The("StatefulSet", "redis").Pod.Drop("securityContext.fsGroup")),
                Change(overlay => overlay.The("StatefulSet", "mongodb").Container.Set("args", new JsonArray("--bind_ip_all"))),
                Change(overlay => overlay.The("StatefulSet", "redis").Json.List("spec.volumeClaimTemplates").First().Set("spec.storageClassName", "set-by-overlay")),
            ],
        },
        new(38, "Two replicas at least of the API and the proxy, replaced one by one and spread over nodes", Replicas)
        {
            Mutations =
            [
                Change(overlay => overlay.The("HorizontalPodAutoscaler", "api").Json.Set("spec.minReplicas", 1)),
                Change(overlay => overlay.The("Deployment", "api").Json.Set("spec.replicas", 1)),
                Change(overlay => overlay.The("Deployment", "api").Json.Set("spec.strategy.rollingUpdate.maxUnavailable", 1)),
                Change(overlay => overlay.The("Deployment", "vault-proxy").Pod.Drop("topologySpreadConstraints")),
                Change(overlay => overlay.The("Deployment", "vault-proxy").Json.Set("spec.strategy", JsonNode.Parse("""{"type":"Recreate"}"""))),
                Change(overlay => overlay.The("Deployment", "api").Container.Drop("lifecycle")),
                Change(overlay => overlay.The("Deployment", "api").Pod.Set("terminationGracePeriodSeconds", 35)),
                Change(overlay => overlay.The("Deployment", "api").Container.List("env").First(entry => entry.Text("name") == "Cluster__Mode").Set("value", "Single")),
            ],
        },
        new(39, "A disruption budget for each workload, which never blocks a drain", Budgets)
        {
            Mutations =
            [
                Change(overlay => overlay.Objects.Remove(overlay.The("PodDisruptionBudget", "redis"))),
                Change(overlay => overlay.The("PodDisruptionBudget", "mongodb").Json.Set("spec.maxUnavailable", 0)),
                Change(overlay => overlay.The("PodDisruptionBudget", "mongodb").Json.Set("spec.minAvailable", 1)),
                Change(overlay => overlay.The("PodDisruptionBudget", "api").Json.Set("spec.selector.matchLabels.app", "apis")),
            ],
        },
        new(40, "An autoscaler's target exists and requests what it is scaled by", Autoscalers)
        {
            Mutations =
            [
                Change(overlay => overlay.The("HorizontalPodAutoscaler", "api").Json.Set("spec.scaleTargetRef.name", "web")),
                Change(overlay => overlay.The("Deployment", "api").Container.Drop("resources.requests.cpu")),
                Change(overlay => overlay.The("HorizontalPodAutoscaler", "api").Json.Set("spec.maxReplicas", 1)),
            ],
        },
    ];

    private static IEnumerable<string> DataStores(Overlay overlay)
    {
        foreach (var name in (string[])["mongodb", "redis"])
        {
            var workload = overlay.Find("StatefulSet", name);
            if (overlay.Find("Service", name)?.Json.Text("spec.clusterIP") != "None" || workload?.Json.Text("spec.serviceName") != name)
                yield return $"{name} has no headless Service";

            var claims = workload?.Json.List("spec.volumeClaimTemplates").ToList() ?? [];
            if (claims is not [var claim] || claim.Text("spec.storageClassName") is null or "set-by-overlay" || workload!.Container.List("volumeMounts").All(mount => mount.Text("name") != claim.Text("metadata.name")))
                yield return $"{name} keeps its data on no claim";
            if (workload?.Pod.Number("securityContext.fsGroup") is null)
                yield return $"{name} cannot write to its claim without fsGroup";
            if (workload?.Container.List("env").Any(entry => entry.Text("valueFrom.secretKeyRef.name") == $"{name}-secrets") is not true)
                yield return $"{name} has no password";
        }

        if (!overlay.The("StatefulSet", "mongodb").Container.Texts("args").Contains("--auth"))
            yield return "mongodb does not ask for a password";
        if (!overlay.The("StatefulSet", "redis").Container.Texts("args").Any(argument => argument.Contains("requirepass %s", StringComparison.Ordinal)))
            yield return "redis does not ask for a password";
    }

    private static IEnumerable<string> Replicas(Overlay overlay)
    {
        foreach (var workload in Stateless.Select(name => overlay.The("Deployment", name)))
        {
            var json = workload.Json;
            if (overlay.The("HorizontalPodAutoscaler", workload.Name).Json.Number("spec.minReplicas") is not >= 2 || json.At("spec.replicas") is not null)
                yield return $"{workload} may have less than two replicas";
            if (json.Text("spec.strategy.type") != "RollingUpdate" || json.Text("spec.strategy.rollingUpdate.maxUnavailable") != "0")
                yield return $"{workload} goes out of service while it is replaced";
            if (!workload.Pod.List("topologySpreadConstraints").Any(spread =>
                spread.Text("topologyKey") == "kubernetes.io/hostname" && KubeObject.Selects(spread.At("labelSelector"), workload.PodTemplate.At("metadata.labels"))))
                yield return $"{workload} may be on one node only";
            foreach (var problem in End(workload))
                yield return problem;
        }
    }

    /// <summary>
    /// A replica that ends answers until every node has taken it out of the Service, then hands its logs over and answers what it has taken:
    /// within the host's own limit, and before Kubernetes kills it.
    /// </summary>
    private static IEnumerable<string> End(KubeObject workload)
    {
        var hook = workload.Container.Number("lifecycle.preStop.sleep.seconds") ?? 0;
        if (hook < 5)
            yield return $"{workload} ends before it has left the Service";
        var host = new HostOptions().ShutdownTimeout.TotalSeconds;
        if (workload.Pod.Number("terminationGracePeriodSeconds") < hook + host + Margin)
            yield return $"{workload} is killed before it has ended by itself";
        if (workload.Name == "api" && new ClusterOptions().HandOverSeconds >= host)
            yield return "The host's limit leaves no time for requests once the logs are handed over";
        if (workload.Name == "api" && workload.Container.List("env").All(entry => entry.Text("name") != "Cluster__Mode" || entry.Text("value") != "Orleans"))
            yield return $"{workload} has replicas that race for each block";
    }

    private static IEnumerable<string> Budgets(Overlay overlay)
    {
        foreach (var workload in overlay.Services)
        {
            var budgets = overlay.OfKind("PodDisruptionBudget").Where(budget => KubeObject.Selects(budget.Json.At("spec.selector"), workload.PodTemplate.At("metadata.labels"))).ToList();
            if (budgets is not [var only])
                yield return $"{workload} has {budgets.Count} budgets";
            else if (only.Json.At("spec.minAvailable") is not null || only.Json.Number("spec.maxUnavailable") is not >= 1)
                yield return $"{only} may block a drain";
        }
    }

    private static IEnumerable<string> Autoscalers(Overlay overlay)
    {
        foreach (var scaler in overlay.OfKind("HorizontalPodAutoscaler"))
        {
            if (overlay.Find(scaler.Json.Text("spec.scaleTargetRef.kind")!, scaler.Json.Text("spec.scaleTargetRef.name")!) is not { } target)
            {
                yield return $"{scaler} scales nothing";
                continue;
            }

            foreach (var resource in scaler.Json.List("spec.metrics").Select(metric => metric.Text("resource.name")!).Where(resource => target.Containers.Any(container => container.Text($"resources.requests.{resource}") is null)))
                yield return $"{target} requests no {resource}";
            if (scaler.Json.Number("spec.maxReplicas") <= scaler.Json.Number("spec.minReplicas"))
                yield return $"{scaler} has no room";
        }
    }
}
