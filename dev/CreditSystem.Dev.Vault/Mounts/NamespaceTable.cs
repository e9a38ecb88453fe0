using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Mounts;

/// <summary>The namespaces by path, <c>ns1/</c> or <c>ns1/team/</c>; the root namespace is the empty path.</summary>
internal sealed class NamespaceTable(VaultStorage storage)
{
    private readonly StorageView _stored = storage.Below("namespaces/");

    internal sealed record Namespace(string Path, string Id, string Uuid = "", IReadOnlyDictionary<string, string>? CustomMetadata = null);

    public IEnumerable<string> Paths => _stored.Keys();

    public Namespace? Find(string path) => _stored.Get<Namespace>(path);

    public Namespace Save(string path, IReadOnlyDictionary<string, string> customMetadata)
    {
        var old = Find(path) ?? new Namespace(path, Guid.NewGuid().ToString("N")[..6], Guid.NewGuid().ToString());
        var saved = old with { CustomMetadata = customMetadata };
        _stored.Put(path, saved);
        return saved;
    }

    public void Delete(string path) => _stored.Delete(path);

    public IReadOnlyList<string> ChildrenOf(string parent) => [.. _stored.List(parent).Where(name => name.Length > 0)];

    /// <summary>The namespace that a request is for (the header's, and then the longest that its path begins with), and its path from the root.</summary>
    /// <exception cref="VaultFault">There is none of the header's name.</exception>
    public (string Namespace, string Path) Resolve(string header, string path)
    {
        var current = header.Trim('/') is { Length: > 0 } named and not "root" ? $"{named}/" : "";
        if (current.Length > 0 && Find(current) is null)
            throw VaultFault.NotFound("namespace not found");
        var full = current + path;
        foreach (var candidate in Paths)
        {
            if (candidate.Length > current.Length && full.StartsWith(candidate, StringComparison.Ordinal))
                current = candidate;
        }

        return (current, full);
    }
}
