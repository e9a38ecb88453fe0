using CreditSystem.Cli.Kubernetes;
using k8s.Models;

namespace CreditSystem.Cli.Rotation;

/// <summary>A Secret of Kubernetes, its generations in an annotation.</summary>
internal sealed class KubernetesTarget(ClusterSecret secret) : ICredentialTarget
{
    internal const string GenerationsAnnotation = "credit-system/secret-id-generations";

    /// <summary>Which cluster it is of. The rotation may read one Secret and nothing else, so the bootstrap notes it there.</summary>
    internal const string ClusterAnnotation = "credit-system/cluster";

    public string Name => secret.Name;

    public async Task<TargetState?> FindAsync(CancellationToken cancellationToken) =>
        await secret.FindAsync(cancellationToken) is { } found ? StateOf(found) : null;

    public async Task<TargetState> ReadAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken)
            ?? throw new CommandException($"{Name} does not exist. Create it with role_id and secret_id first (docs/deployment.md).");

    public Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations,
        CancellationToken cancellationToken) =>
        secret.TryPatchAsync(
            ClusterSecret.PatchOf(new Dictionary<string, string> { [CredentialsDirectory.SecretIdFile] = secretId },
                Annotations(generations, cluster: null), read.Version), cancellationToken);

    public Task PutAsync(TargetCredentials credentials, CancellationToken cancellationToken) => secret.PutAsync(
        new Dictionary<string,
        string>
        { [CredentialsDirectory.RoleIdFile] = credentials.RoleId, [CredentialsDirectory.SecretIdFile] = credentials.SecretId },
        Annotations(credentials.Generations, credentials.Cluster), cancellationToken);

    private static Dictionary<string, string> Annotations(IReadOnlyList<Generation> generations, string? cluster)
    {
        var annotations = new Dictionary<string, string> { [GenerationsAnnotation] = Generation.Write(generations) };
        if (cluster is not null)
            annotations[ClusterAnnotation] = cluster;
        return annotations;
    }

    private static TargetState StateOf(V1Secret found)
    {
        string? Annotation(string name) =>
            found.Metadata.Annotations?.TryGetValue(name, out var text) == true && text is { Length: > 0 } ? text : null;
        return new TargetState(
            found.Metadata.ResourceVersion, ClusterSecret.Value(found, CredentialsDirectory.RoleIdFile), ClusterSecret.Value(found,
                CredentialsDirectory.SecretIdFile),
            Generation.Read(Annotation(GenerationsAnnotation)), found.Metadata.Uid, Annotation(ClusterAnnotation));
    }
}
