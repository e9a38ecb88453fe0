using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static CreditSystem.Tests.Deploy.Checklist.ChecklistItem;

namespace CreditSystem.Tests.Deploy.Checklist;

/// <summary>Where secrets may be, and where not.</summary>
internal static partial class SecretItems
{
    private const string AppRole = "vault-approle-creds";

    internal static readonly IReadOnlyList<ChecklistItem> All =
    [
        new(27, "No Secret holds data, and no secretGenerator makes one", SecretsWithData)
        {
            Mutations =
            [
                Change(overlay => overlay.Objects.Add(new KubeObject(new JsonObject
                {
                    ["kind"] = "Secret",
                    ["metadata"] = new JsonObject { ["name"] = "leak", ["namespace"] = Overlay.Namespace },
                    ["stringData"] = new JsonObject { ["password"] = "x" },
                }))),
                SourcesWithGenerator,
            ],
        },
        new(28, "No literal looks like a secret", overlay => overlay.Objects.SelectMany(Suspicious))
        {
            Mutations =
            [
                Change(overlay => overlay.The("ConfigMap", "api-env").Json.Set("data.VAULT_SECRET_ID", "anything")),
                Change(overlay => overlay.The("ConfigMap", "api-env").Json.Set("data.ConnectionStrings__x", "mongodb://admin:pw@mongodb:27017")),
                Change(overlay => overlay.The("ConfigMap", "api-env").Json.Set("data.Setting", "hvs.CAESIJlWh3X2FZcC3Yw6x8m1")),
                Change(overlay => Env(overlay).Add(new JsonObject { ["name"] = "REDIS_PASSWORD", ["value"] = "x" })),
                Change(overlay => ((JsonArray)overlay.The("StatefulSet", "redis").Container.At("args")!).Add("--requirepass swordfish")),
            ],
        },
        new(29, "role_id and secret_id come from vault-approle-creds alone, and must be there", CredentialSources)
        {
            Mutations =
            [
                Change(overlay => Volume(overlay).Set("secret.optional", true)),
                Change(overlay => Volume(overlay).Set("secret.secretName", "other")),
                Change(overlay => Env(overlay).Add(JsonNode.Parse("""{"name":"VAULT_SECRET_ID","valueFrom":{"secretKeyRef":{"name":"vault-approle-creds","key":"secret_id"}}}"""))),
            ],
        },
        new(34, "The API takes a new secret_id without a restart", TakesNewCredentials)
        {
            Mutations =
            [
                Change(overlay => Mount(overlay).Set("subPath", "secret_id")),
                Change(overlay => Env(overlay).OfType<JsonObject>().First(entry => entry.Text("name") == "VAULT_CREDENTIALS_DIRECTORY").Set("value", "/run/other")),
                Change(overlay => overlay.The("Deployment", "api").PodTemplate.Set("metadata.annotations", new JsonObject { ["checksum/vault-approle-creds"] = "1" })),
            ],
        },
    ];

    private static KubeObject Api(Overlay overlay) => overlay.The("Deployment", "api");

    private static JsonArray Env(Overlay overlay) => (JsonArray)Api(overlay).Container.At("env")!;

    private static JsonObject Volume(Overlay overlay) => Api(overlay).Pod.List("volumes").First(volume => volume.Text("secret.secretName") == AppRole);

    private static JsonObject Mount(Overlay overlay) => Api(overlay).Container.List("volumeMounts").First(mount => mount.Text("name") == "vault-approle");

    private static IEnumerable<string> SecretsWithData(Overlay overlay)
    {
        foreach (var secret in overlay.OfKind("Secret"))
            yield return $"{secret} is rendered";

        if (overlay.Kustomizations.Any(text => text.Contains("secretGenerator", StringComparison.Ordinal)))
            yield return "a kustomization generates a Secret";
    }

    private static Overlay SourcesWithGenerator(Overlay overlay)
    {
        using var copy = new SourceCopy();
        File.AppendAllText(copy.PathOf("base", "redis", "kustomization.yaml"), "secretGenerator:\n- name: redis-secrets\n  literals: [REDIS_PASSWORD=x]\n");
        return Overlay.Render(overlay.Name, copy.Folder);
    }

    private static IEnumerable<string> Suspicious(KubeObject item)
    {
        foreach (var (path, value) in item.Json.Scalars())
        {
            if (CredentialsInUrl().IsMatch(value) || VaultToken().IsMatch(value) || PrivateKey().IsMatch(value) || PasswordOnCommandLine().IsMatch(value))
                yield return $"{item}: {path} looks like a secret";
        }

        if (item.Kind == "ConfigMap" && item.Json.At("data") is JsonObject data)
        {
            foreach (var name in data.Select(entry => entry.Key).Where(IsSecretName))
                yield return $"{item}: {name}";
        }

        foreach (var entry in item.Containers.SelectMany(container => container.List("env")).Where(entry => entry.At("value") is not null && IsSecretName(entry.Text("name")!)))
            yield return $"{item}: {entry.Text("name")} is a literal";
    }

    private static bool IsSecretName(string name) => SecretName().IsMatch(name);

    private static IEnumerable<string> CredentialSources(Overlay overlay)
    {
        if (Api(overlay).Pod.List("volumes").FirstOrDefault(volume => volume.Text("secret.secretName") == AppRole) is not { } volume)
        {
            yield return $"the API does not mount {AppRole}";
            yield break;
        }

        if (!volume.IsFalse("secret.optional") || !volume.List("secret.items").Select(item => item.Text("path")).Order().SequenceEqual(["role_id", "secret_id"]))
            yield return $"{AppRole} is optional, or not mounted as role_id and secret_id";
        foreach (var other in overlay.Workloads.Where(workload => workload.Containers.SelectMany(container => container.List("env")).Any(entry => entry.Text("name") is "VAULT_ROLE_ID" or "VAULT_SECRET_ID")))
            yield return $"{other} has credentials in its environment";
        // The command line asks Vault as the API does.
        foreach (var other in overlay.Workloads.Where(workload => workload.Name is not ("api" or "cli") && workload.Pod.List("volumes").Any(item => item.Text("secret.secretName") == AppRole)))
            yield return $"{other} mounts {AppRole}";
    }

    private static IEnumerable<string> TakesNewCredentials(Overlay overlay)
    {
        var api = Api(overlay);
        var mount = Mount(overlay);
        if (mount.At("subPath") is not null || mount.At("subPathExpr") is not null)
            yield return "a subPath mount is never updated";
        if (api.Container.List("env").FirstOrDefault(entry => entry.Text("name") == "VAULT_CREDENTIALS_DIRECTORY")?.Text("value") != mount.Text("mountPath"))
            yield return "the API reads another directory";
        if (api.PodTemplate.At("metadata.annotations") is JsonObject annotations && annotations.Any(entry => entry.Key.Contains("checksum", StringComparison.Ordinal)))
            yield return "a checksum of the Secret restarts the pods";
    }

    [GeneratedRegex("://[^/\\s:@]+:[^/\\s@]+@")]
    private static partial Regex CredentialsInUrl();

    [GeneratedRegex(@"\bhv[sbr]\.[A-Za-z0-9_-]{16,}")]
    private static partial Regex VaultToken();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(--requirepass|--password|password=)\s*[^\s$'""{%]")]
    private static partial Regex PasswordOnCommandLine();

    [GeneratedRegex("(PASSWORD|SECRET|TOKEN|API_?KEY|ROLE_ID|PRIVATE_?KEY)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
