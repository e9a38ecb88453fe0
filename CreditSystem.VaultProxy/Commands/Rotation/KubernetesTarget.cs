using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary>
/// A Secret of Kubernetes. It is written by one merge patch that carries the resourceVersion which was read: the API server
/// applies it whole or, when somebody else wrote in between, not at all (409).
/// </summary>
internal sealed class KubernetesTarget(IKubernetes kubernetes, string secretName, string secretNamespace, TimeSpan timeout, TimeProvider time) : ICredentialTarget, IDisposable
{
    internal const string GenerationsAnnotation = "credit-system/secret-id-generations";

    public string Name => $"Secret {secretNamespace}/{secretName}";

    public async Task<TargetState> ReadAsync(CancellationToken cancellationToken)
    {
        var secret = await CallAsync(token => kubernetes.CoreV1.ReadNamespacedSecretAsync(secretName, secretNamespace, cancellationToken: token), "get", cancellationToken);
        return new TargetState(
            secret.Metadata.ResourceVersion, Value(secret, CredentialsDirectory.RoleIdFile), Value(secret, CredentialsDirectory.SecretIdFile),
            Generation.Read(secret.Metadata.Annotations?.TryGetValue(GenerationsAnnotation, out var text) == true ? text : null));
    }

    public async Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = read.Version,
                ["annotations"] = new JsonObject { [GenerationsAnnotation] = Generation.Write(generations) },
            },
            ["data"] = new JsonObject { [CredentialsDirectory.SecretIdFile] = Convert.ToBase64String(Encoding.UTF8.GetBytes(secretId)) },
        };
        try
        {
            await CallAsync(token => kubernetes.CoreV1.PatchNamespacedSecretAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch), secretName, secretNamespace, cancellationToken: token), "patch", cancellationToken);
            return true;
        }
        catch (HttpOperationException conflict) when (conflict.Response.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    public void Dispose() => kubernetes.Dispose();

    /// <summary>The messages name the status alone: an exception of the client holds the request, and with it the secret_id.</summary>
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, string verb, CancellationToken cancellationToken)
    {
        // Covers the body too: the client's own timeout may end with the headers.
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (HttpOperationException refusal) when (refusal.Response.StatusCode != HttpStatusCode.Conflict)
        {
            var status = (int)refusal.Response.StatusCode;
            throw refusal.Response.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new CommandFailure($"{Name}: the API server answers {status}. The service account needs '{verb}' on this Secret (deploy/components/vault-approle-refresh/rbac.yaml)."),
                HttpStatusCode.NotFound => new CommandFailure($"{Name} does not exist. Create it with role_id and secret_id first (docs/deployment.md)."),
                HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new TargetUnavailableException($"{Name}: the API server answers {status}.", new HttpRequestException(null, null, refusal.Response.StatusCode)),
                _ => new CommandFailure($"{Name}: the API server answers {status} to {verb}."),
            };
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TargetUnavailableException($"{Name}: the API server has not answered {verb} within {timeout.TotalSeconds:0} s.", late);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new TargetUnavailableException($"{Name}: the API server does not answer.", exception);
        }
    }

    private static string? Value(V1Secret secret, string key) =>
        secret.Data?.TryGetValue(key, out var bytes) == true && Encoding.UTF8.GetString(bytes).Trim() is { Length: > 0 } text ? text : null;
}
