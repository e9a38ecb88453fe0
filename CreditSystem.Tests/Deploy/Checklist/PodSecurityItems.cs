using System.Text.Json.Nodes;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>What the restricted Pod Security Standard asks for, and a little more.</summary>
internal static class PodSecurityItems
{
    private const int LowestUser = 10000;

    /// <summary>k3s gets our own images by import (deploy/push-k3s), and no registry has them.</summary>
    private static bool IsImported(Overlay overlay, JsonObject container) =>
        overlay.Name.StartsWith("k3s", StringComparison.Ordinal) && container.Text("image")?.StartsWith("credit-system/", StringComparison.Ordinal) == true;

    private static readonly string[] AllowedVolumes = ["configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim", "downwardAPI"];

    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(6, "Pods and containers run as non-root", overlay => EachLevel(overlay, (level, _) => level.IsTrue("runAsNonRoot"), "runAsNonRoot"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Pod.Set("securityContext.runAsNonRoot", false)),
                Change(overlay => Rotation(overlay).Container.Drop("securityContext.runAsNonRoot")),
            ],
        },
        new(7, "User and group are 10000 or above", overlay => EachLevel(
            overlay, (level, _) => level.Number("runAsUser") >= LowestUser && level.Number("runAsGroup") >= LowestUser, $"a user and a group of {LowestUser} or above"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Set("securityContext.runAsUser", 1654)),
                Change(overlay => overlay.The("StatefulSet", "mongodb").Pod.Drop("securityContext.runAsGroup")),
            ],
        },
        new(8, "seccomp is RuntimeDefault", overlay => EachLevel(overlay, (level, _) => level.Text("seccompProfile.type") == "RuntimeDefault", "seccomp RuntimeDefault"))
        {
            Mutations = [Change(overlay => Api(overlay).Pod.Set("securityContext.seccompProfile.type", "Unconfined"))],
        },
        new(9, "No privileges, and no way to more of them", overlay => EachContainer(
            overlay, container => container.IsFalse("securityContext.allowPrivilegeEscalation") && container.IsFalse("securityContext.privileged"), "has or may get privileges"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Drop("securityContext.allowPrivilegeEscalation")),
                Change(overlay => Rotation(overlay).Container.Set("securityContext.privileged", true)),
            ],
        },
        new(10, "All capabilities are dropped and none is added", overlay => EachContainer(
            overlay, container => container.Texts("securityContext.capabilities.drop") is ["ALL"] && container.At("securityContext.capabilities.add") is null, "keeps capabilities"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Set("securityContext.capabilities.drop", new JsonArray("NET_RAW"))),
                Change(overlay => Api(overlay).Container.Set("securityContext.capabilities.add", new JsonArray("NET_BIND_SERVICE"))),
            ],
        },
        new(11, "Nothing of the host is shared", SharesHost)
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Pod.Set("hostNetwork", true)),
                Change(overlay => Api(overlay).Container.List("ports").First().Set("hostPort", 8080)),
                Change(overlay => Api(overlay).Container.Set("livenessProbe.httpGet.host", "10.0.0.1")),
            ],
        },
        new(12, "Only volumes that a pod may own", overlay =>
            from workload in overlay.Workloads
            from volume in workload.Pod.List("volumes")
            from type in volume.Select(member => member.Key).Where(key => key != "name")
            where !AllowedVolumes.Contains(type)
            select $"{workload} mounts a {type}")
        {
            Mutations = [Change(overlay => ((JsonArray)Api(overlay).Pod.At("volumes")!).Add(new JsonObject { ["name"] = "host", ["hostPath"] = new JsonObject { ["path"] = "/" } }))],
        },
        new(13, "The root file system is read-only and /tmp is a bounded emptyDir", WritesOutsideItsVolumes)
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Set("securityContext.readOnlyRootFilesystem", false)),
                Change(overlay => Api(overlay).Pod.List("volumes").First(volume => volume.Text("name") == "tmp").Drop("emptyDir.sizeLimit")),
                Change(overlay => Rotation(overlay).Container.Set("volumeMounts", new JsonArray())),
            ],
        },
        new(14, "Requests and limits for cpu, memory and ephemeral storage", overlay =>
            from workload in overlay.Workloads
            from container in workload.Containers
            from kind in (string[])["requests", "limits"]
            from resource in (string[])["cpu", "memory", "ephemeral-storage"]
            where container.Text($"resources.{kind}.{resource}") is null
            select $"{workload} has no {kind} of {resource}")
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Drop("resources.limits.memory")),
                Change(overlay => Rotation(overlay).Container.Drop("resources.requests.ephemeral-storage")),
            ],
        },
        new(15, "Images are named by a tag or a digest, never latest", overlay => EachContainer(overlay, container => IsPinned(container.Text("image")!), "has no pinned image"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Set("image", "api:latest")),
                Change(overlay => Api(overlay).Container.Set("image", "registry:5000/api")),
                Change(overlay => Api(overlay).Container.Set("image", "api:set-by-overlay")),
            ],
        },
        new(16, "imagePullPolicy is set", overlay => EachContainer(
            overlay, container => container.Text("imagePullPolicy") == (IsImported(overlay, container) ? "Never" : "IfNotPresent"), "has another imagePullPolicy than the overlay's"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Container.Drop("imagePullPolicy")),
                Change(overlay => Rotation(overlay).Container.Set("imagePullPolicy", "Always")),
                Change(overlay => overlay.The("StatefulSet", "redis").Container.Set("imagePullPolicy", "Always")),
            ],
        },
        new(17, "Each workload has a ServiceAccount of its own, which exists", SharedAccounts)
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Pod.Set("serviceAccountName", "default")),
                Change(overlay => Api(overlay).Pod.Set("serviceAccountName", "vault-proxy")),
                Change(overlay => overlay.Objects.Remove(overlay.The("ServiceAccount", "redis"))),
            ],
        },
        new(18, "Only the rotation may have a token of the API server", overlay => overlay.Workloads
            .Where(workload => Exemptions.HoldToken.Contains(workload.Name) ? !workload.Pod.IsTrue("automountServiceAccountToken") : !workload.Pod.IsFalse("automountServiceAccountToken"))
            .Select(workload => $"{workload} mounts a token, or should"))
        {
            Mutations =
            [
                Change(overlay => Api(overlay).Pod.Drop("automountServiceAccountToken")),
                Change(overlay => Rotation(overlay).Pod.Set("automountServiceAccountToken", false)),
            ],
        },
    ];

    private static KubeObject Api(Overlay overlay) => overlay.The("Deployment", "api");

    private static KubeObject Rotation(Overlay overlay) => overlay.The("CronJob", "vault-approle-refresh");

    private static IEnumerable<string> EachLevel(Overlay overlay, Func<JsonNode?, KubeObject, bool> holds, string what) =>
        from workload in overlay.Workloads
        from level in workload.Containers.Select(container => container.At("securityContext")).Prepend(workload.Pod.At("securityContext"))
        where !holds(level, workload)
        select $"{workload} lacks {what}";

    private static IEnumerable<string> EachContainer(Overlay overlay, Func<JsonObject, bool> holds, string what) =>
        from workload in overlay.Workloads
        from container in workload.Containers
        where !holds(container)
        select $"{workload}, container {container.Text("name")}, {what}";

    private static IEnumerable<string> SharesHost(Overlay overlay) =>
        from workload in overlay.Workloads
        from scalar in workload.Pod.Scalars()
        let path = scalar.Path.TrimEnd('.')
        where ((path is "hostNetwork" or "hostPID" or "hostIPC") && scalar.Value != "false")
            || path.EndsWith(".hostPort", StringComparison.Ordinal)
            || path.Contains(".hostPath.", StringComparison.Ordinal)
            || path.EndsWith(".httpGet.host", StringComparison.Ordinal)
            || path.EndsWith(".tcpSocket.host", StringComparison.Ordinal)
        select $"{workload}: {path}";

    private static IEnumerable<string> WritesOutsideItsVolumes(Overlay overlay)
    {
        foreach (var workload in overlay.Workloads)
        {
            foreach (var container in workload.Containers)
            {
                if (!container.IsTrue("securityContext.readOnlyRootFilesystem"))
                    yield return $"{workload} may write to its root file system";

                var mount = container.List("volumeMounts").FirstOrDefault(item => item.Text("mountPath") == "/tmp")?.Text("name");
                if (workload.Pod.List("volumes").FirstOrDefault(item => item.Text("name") == mount)?.Text("emptyDir.sizeLimit") is null)
                    yield return $"{workload} has no bounded /tmp";
            }
        }
    }

    private static bool IsPinned(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        return image.Contains("@sha256:", StringComparison.Ordinal)
            || (name.Split(':') is [_, { Length: > 0 } tag] && tag != "latest" && tag != AppHost.Kubernetes.WorkloadObjects.UnsetTag);
    }

    private static IEnumerable<string> SharedAccounts(Overlay overlay)
    {
        var used = new HashSet<string>();
        foreach (var workload in overlay.Workloads)
        {
            var account = workload.Pod.Text("serviceAccountName") ?? "default";
            if (account == "default" || overlay.Find("ServiceAccount", account) is null || !used.Add(account))
                yield return $"{workload} runs as '{account}', which is missing or not its own";
        }
    }
}
