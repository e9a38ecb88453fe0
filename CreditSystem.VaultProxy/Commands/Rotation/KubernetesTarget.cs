using CreditSystem.VaultProxy.Commands.Kubernetes;
using k8s.Models;

namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary>A Secret of Kubernetes, its generations in an annotation.</summary>
internal sealed class KubernetesTarget(ClusterSecret secret) : ICredentialTarget
{
    internal const string GenerationsAnnotation = "credit-system/secret-id-generations";

    public string Name => secret.Name;

    public async Task<TargetState?> FindAsync(CancellationToken cancellationToken) => await secret.FindAsync(cancellationToken) is { } found ? StateOf(found) : null;

    public async Task<TargetState> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? throw new CommandFailure($"{Name} does not exist. Create it with role_id and secret_id first (docs/deployment.md).");

    public Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken) =>
        secret.TryPatchAsync(ClusterSecret.PatchOf(new Dictionary<string, string> { [CredentialsDirectory.SecretIdFile] = secretId }, Annotations(generations), read.Version), cancellationToken);

    public Task PutAsync(string roleId, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken) =>
        secret.PutAsync(new Dictionary<string, string> { [CredentialsDirectory.RoleIdFile] = roleId, [CredentialsDirectory.SecretIdFile] = secretId }, Annotations(generations), cancellationToken);

    private static Dictionary<string, string> Annotations(IReadOnlyList<Generation> generations) => new() { [GenerationsAnnotation] = Generation.Write(generations) };

    private static TargetState StateOf(V1Secret found) => new(
        found.Metadata.ResourceVersion, ClusterSecret.Value(found, CredentialsDirectory.RoleIdFile), ClusterSecret.Value(found, CredentialsDirectory.SecretIdFile),
        Generation.Read(found.Metadata.Annotations?.TryGetValue(GenerationsAnnotation, out var text) == true ? text : null));
}
