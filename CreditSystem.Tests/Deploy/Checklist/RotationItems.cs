using System.Text.Json.Nodes;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>The CronJob that gives the API a new secret_id, and what it may do.</summary>
internal static class RotationItems
{
    private const string Name = "vault-approle-refresh";

    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(30, "It runs every 12 hours of a named time zone, and is not suspended", Schedule)
        {
            Mutations =
            [
                Change(overlay => CronJob(overlay).Set("spec.schedule", "0 0 * * *")),
                Change(overlay => CronJob(overlay).Drop("spec.timeZone")),
                Change(overlay => CronJob(overlay).Set("spec.suspend", true)),
            ],
        },
        new(31, "It never overlaps, never hangs and cleans up", Bounds)
        {
            Mutations =
            [
                Change(overlay => CronJob(overlay).Set("spec.concurrencyPolicy", "Allow")),
                .. Bounded.Select(path => Change(overlay => CronJob(overlay).Drop(path))),
                Change(overlay => CronJob(overlay).Set("spec.jobTemplate.spec.template.spec.restartPolicy", "Always")),
            ],
        },
        new(32, "Its job template stands on its own, so that it also runs by hand", SelfContained)
        {
            Mutations =
            [
                Change(overlay => overlay.The("CronJob", Name).Container.Set("envFrom", new JsonArray(JsonNode.Parse("""{"configMapRef":{"name":"absent"}}""")))),
                Change(overlay => overlay.The("CronJob", Name).Container.Drop("image")),
                Change(overlay => overlay.The("CronJob", Name).PodTemplate.Drop("metadata.labels.app")),
                Change(overlay => ((JsonArray)overlay.The("CronJob", Name).Pod.At("volumes")!).RemoveAt(0)),
            ],
        },
        new(33, "It may get and patch the one Secret, and nothing else", Permissions)
        {
            Mutations =
            [
                Change(overlay => Rule(overlay).Set("verbs", new JsonArray("get", "patch", "delete"))),
                Change(overlay => Rule(overlay).Drop("resourceNames")),
                Change(overlay => overlay.The("RoleBinding", Name).Json.List("subjects").First().Set("name", "api")),
                Change(overlay => overlay.The("RoleBinding", Name).Json.Set("roleRef", JsonNode.Parse("""{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}"""))),
                Change(overlay => overlay.Objects.Add(new KubeObject(new JsonObject { ["kind"] = "ClusterRole", ["metadata"] = new JsonObject { ["name"] = "more" } }))),
            ],
        },
    ];

    private static string[] Bounded =>
    [
        "spec.startingDeadlineSeconds", "spec.successfulJobsHistoryLimit", "spec.failedJobsHistoryLimit",
        "spec.jobTemplate.spec.activeDeadlineSeconds", "spec.jobTemplate.spec.backoffLimit", "spec.jobTemplate.spec.ttlSecondsAfterFinished",
    ];

    private static JsonObject CronJob(Overlay overlay) => overlay.The("CronJob", Name).Json;

    private static JsonObject Rule(Overlay overlay) => overlay.The("Role", Name).Json.List("rules").First();

    private static IEnumerable<string> Schedule(Overlay overlay)
    {
        var job = CronJob(overlay);
        if (job.Text("spec.schedule") != "0 */12 * * *" || job.Text("spec.timeZone") is null || !job.IsFalse("spec.suspend"))
            yield return $"{job.Text("spec.schedule")} of {job.Text("spec.timeZone")}, suspended: {job.Text("spec.suspend")}";
    }

    private static IEnumerable<string> Bounds(Overlay overlay)
    {
        var job = CronJob(overlay);
        if (job.Text("spec.concurrencyPolicy") != "Forbid")
            yield return "runs may overlap";
        foreach (var path in Bounded.Where(path => job.Number(path) is null))
            yield return $"{path} is not set";
        if (job.Text("spec.jobTemplate.spec.template.spec.restartPolicy") is not ("Never" or "OnFailure"))
            yield return "a job cannot always be restarted";
    }

    private static IEnumerable<string> SelfContained(Overlay overlay)
    {
        var job = overlay.The("CronJob", Name);
        if (job.Container.Text("image") is null || job.Container.Texts("args") is not ["rotate-secret-id", ..])
            yield return "it has no image or no command";
        if (job.PodTemplate.Text("metadata.labels.app") != Name)
            yield return "the network policies do not know its pods";

        var volumes = job.Pod.List("volumes").Select(volume => volume.Text("name")).ToList();
        foreach (var mount in job.Container.List("volumeMounts").Where(mount => !volumes.Contains(mount.Text("name"))))
            yield return $"volume {mount.Text("name")} does not exist";
        foreach (var map in job.Containers.SelectMany(container => container.List("envFrom")).Select(source => source.Text("configMapRef.name")).Where(map => map is null || overlay.Find("ConfigMap", map) is null))
            yield return $"ConfigMap {map} does not exist";
    }

    private static IEnumerable<string> Permissions(Overlay overlay)
    {
        var rules = overlay.The("Role", Name).Json.List("rules").ToList();
        if (rules is not [var rule]
            || !rule.Texts("apiGroups").SequenceEqual([""])
            || !rule.Texts("resources").SequenceEqual(["secrets"])
            || !rule.Texts("resourceNames").SequenceEqual(["vault-approle-creds"])
            || !rule.Texts("verbs").Order().SequenceEqual(["get", "patch"]))
            yield return "the Role allows something else";

        if (overlay.The("RoleBinding", Name).Json.List("subjects").ToList() is not [var subject] || subject.Text("name") != Name || subject.Text("namespace") != Overlay.Namespace)
            yield return "the Role is bound to somebody else";
        var bound = overlay.The("RoleBinding", Name).Json.At("roleRef");
        if (bound.Text("kind") != "Role" || bound.Text("name") != Name)
            yield return "the binding grants another role";
        // Which Secrets the renewal of certificates may patch, CertificateComponentTests compare with those that are mounted.
        string[] known = [Name, "certificate-renewal"];
        foreach (var other in overlay.Objects.Where(
            item => item.Kind is "ClusterRole" or "ClusterRoleBinding" || (item.Kind is "Role" or "RoleBinding" && !known.Contains(item.Name))))
            yield return $"{other} grants more";
    }
}
