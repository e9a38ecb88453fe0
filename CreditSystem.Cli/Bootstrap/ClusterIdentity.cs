using CreditSystem.Cli.Kubernetes;
using CreditSystem.Cli.Rotation;

namespace CreditSystem.Cli.Bootstrap;

/// <summary>Which cluster the credentials are for.</summary>
/// <param name="Id">The uid of its kube-system, or a made-up one where nobody may read that.</param>
/// <param name="Own">Those by which it has gone so far.</param>
internal sealed record ClusterIdentity(string Id, IReadOnlySet<string> Own)
{
    private const string MadeUp = "made-up-";

    /// <param name="cluster">The way to it; null outside of one.</param>
    /// <param name="given">By the deployment, which may read what the bootstrap may not.</param>
    /// <param name="targets">The Secrets, which remember it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ClusterIdentity?> FindAsync(Cluster? cluster, string? given, IEnumerable<ICredentialTarget> targets,
        CancellationToken cancellationToken)
    {
        if (cluster is null)
            return null;
        var noted = new List<string>();
        foreach (var target in targets)
        {
            if ((await target.FindAsync(cancellationToken))?.Cluster is { } id)
                noted.Add(id);
        }

        // A made-up one stays: the secret_ids in Vault go by it. Any other that is noted may have come out of another cluster's backup.
        var madeUp = noted.Where(id => id.StartsWith(MadeUp, StringComparison.Ordinal)).ToList();
        var uid = given ?? await cluster.FindUidAsync(cancellationToken);
        var own = madeUp.FirstOrDefault() ?? uid ?? $"{MadeUp}{Guid.NewGuid()}";
        return new ClusterIdentity(own, madeUp.Append(own).Concat(uid is null ? [] : [uid]).ToHashSet());
    }
}
