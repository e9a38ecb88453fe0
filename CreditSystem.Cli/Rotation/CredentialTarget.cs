namespace CreditSystem.Cli.Rotation;

/// <summary>Where the API finds its AppRole credentials: a folder, or a Secret of Kubernetes.</summary>
internal interface ICredentialTarget
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <returns>Null when it does not exist.</returns>
    /// <exception cref="CommandException">It may not be read.</exception>
    /// <exception cref="TargetUnavailableException">It cannot be reached now.</exception>
    Task<TargetState?> FindAsync(CancellationToken cancellationToken);

    /// <exception cref="CommandException">It does not exist, or may not be read.</exception>
    /// <exception cref="TargetUnavailableException">It cannot be reached now.</exception>
    Task<TargetState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts the secret_id and its generations in place at once, provided that nobody has written since <paramref name="read"/>.
    /// </summary>
    /// <returns>False when somebody has.</returns>
    /// <exception cref="CommandException">It refuses for good; it is as it was.</exception>
    /// <exception cref="TargetUnavailableException">Nobody knows whether it was written.</exception>
    Task<bool> TryWriteAsync(TargetState read, string secretId, IReadOnlyList<Generation> generations, CancellationToken cancellationToken);

    /// <summary>Makes it, or replaces what it holds, no matter who wrote that.</summary>
    /// <param name="credentials">What it then holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">It refuses; it is as it was.</exception>
    /// <exception cref="TargetUnavailableException">Nobody knows whether it was written.</exception>
    Task PutAsync(TargetCredentials credentials, CancellationToken cancellationToken);
}

/// <summary>What a target is given. Its text never holds the secret_id.</summary>
/// <param name="RoleId">The role's.</param>
/// <param name="SecretId">The newest.</param>
/// <param name="Generations">Oldest first; the last is that of <paramref name="SecretId"/>.</param>
/// <param name="Cluster">What tells the cluster from others; null leaves what is there.</param>
internal sealed record TargetCredentials(string RoleId, string SecretId, IReadOnlyList<Generation> Generations, string? Cluster)
{
    public override string ToString() => nameof(TargetCredentials);
}

/// <summary>What a target holds. Its text never holds the secret_id.</summary>
/// <param name="Version">Changes with every write.</param>
/// <param name="RoleId">Null when there is none.</param>
/// <param name="SecretId">Null when there is none.</param>
/// <param name="Generations">Oldest first; the last is the current one, if the rotation or the bootstrap wrote it.</param>
/// <param name="Holder">Tells this target from another one of its name in another cluster or on another machine; null where it has no
/// such id yet.</param>
/// <param name="Cluster">The cluster, as the bootstrap has noted it.</param>
internal sealed record TargetState(string Version, string? RoleId, string? SecretId, IReadOnlyList<Generation> Generations,
    string? Holder = null, string? Cluster = null)
{
    public override string ToString() => $"{nameof(TargetState)} {Version}";
}

/// <summary>Where the credentials go did not answer.</summary>
internal sealed class TargetUnavailableException(string message, Exception inner) : Exception(message, inner);
