using System.Net;
using System.Text;
using CreditSystem.Cli.Rotation;
using k8s;
using k8s.Models;

namespace CreditSystem.Cli.Kubernetes;

/// <summary>
/// One Secret of a cluster. A merge patch that carries the resourceVersion which was read is applied whole or, when somebody
/// else wrote in between, not at all (409).
/// </summary>
internal sealed class ClusterSecret(IKubernetes kubernetes, string secretNamespace, string name, CallTimeout callTimeout)
{
    public string Name { get; } = $"Secret {secretNamespace}/{name}";

    /// <returns>Null when there is none.</returns>
    /// <exception cref="CommandException">The API server refuses.</exception>
    /// <exception cref="TargetUnavailableException">The API server does not answer.</exception>
    public Task<V1Secret?> FindAsync(CancellationToken cancellationToken) => CallAsync<V1Secret?>(
        async token => await kubernetes.CoreV1.ReadNamespacedSecretAsync(name, secretNamespace,
            cancellationToken: token), HttpStatusCode.NotFound, "get", cancellationToken);

    /// <summary>Applies the patch, all of it or nothing.</summary>
    /// <returns>False when somebody has written since the resourceVersion in it.</returns>
    /// <exception cref="CommandException">The API server refuses.</exception>
    /// <exception cref="TargetUnavailableException">Nobody knows whether it was written.</exception>
    public async Task<bool> TryPatchAsync(JsonObject patch, CancellationToken cancellationToken) => await CallAsync(
        async token => await kubernetes.CoreV1.PatchNamespacedSecretAsync(new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch),
            name, secretNamespace, cancellationToken: token),
        HttpStatusCode.Conflict, "patch", cancellationToken) is not null;

    /// <summary>Makes it, or gives these values to the one that is there and leaves the others in it.</summary>
    /// <exception cref="CommandException">The API server refuses.</exception>
    /// <exception cref="TargetUnavailableException">Nobody knows whether it was written.</exception>
    public async Task PutAsync(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> annotations,
        CancellationToken cancellationToken)
    {
        var secret = new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = name, Annotations = annotations.ToDictionary() },
            Type = "Opaque",
            Data = values.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value)),
        };
        var made = await CallAsync(
            async token => await kubernetes.CoreV1.CreateNamespacedSecretAsync(secret, secretNamespace,
                cancellationToken: token), HttpStatusCode.Conflict, "create", cancellationToken);
        if (made is null)
            await TryPatchAsync(PatchOf(values, annotations), cancellationToken);
    }

    public static JsonObject PatchOf(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> annotations,
        string? resourceVersion = null)
    {
        var metadata = new JsonObject
        {
            ["annotations"] = new JsonObject(
            annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))
        };
        if (resourceVersion is not null)
            metadata["resourceVersion"] = resourceVersion;
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["data"] = new JsonObject(values.Select(
                pair => KeyValuePair.Create(pair.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))))),
        };
    }

    /// <summary>The trimmed text of a value; null when there is none, or nothing in it.</summary>
    public static string? Value(V1Secret secret, string key) =>
        secret.Data?.TryGetValue(key, out var bytes) == true && Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text : null;

    private Task<T?> CallAsync<T>(Func<CancellationToken, Task<T>> call, HttpStatusCode expected, string verb,
        CancellationToken cancellationToken) =>
        new ClusterCall(Name, callTimeout).RunAsync(call, status => status == expected, verb, cancellationToken);
}
