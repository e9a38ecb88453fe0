namespace CreditSystem.VaultProxy.Caching;

/// <summary>
/// One response: the namespace, the KV v2 mount, the secret as Vault reads its path, and the version asked for (empty: the current
/// one).
/// </summary>
internal readonly record struct CacheKey(string Namespace, string Mount, string Secret, string Version)
{
    public bool IsSameSecret(in CacheKey other) => Secret == other.Secret && Mount == other.Mount && Namespace == other.Namespace;

    /// <summary>Takes <c>mount/part/secret</c> apart, where the part is data, metadata, delete, undelete or destroy.</summary>
    internal static CacheKey Parse(string vaultNamespace, string path, string version)
    {
        var mountEnd = path.IndexOf('/');
        var partEnd = path.IndexOf('/', mountEnd + 1);
        return new CacheKey(vaultNamespace == "root" ? "" : vaultNamespace, path[..mountEnd], path[(partEnd + 1)..].TrimEnd('/'), version);
    }
}
