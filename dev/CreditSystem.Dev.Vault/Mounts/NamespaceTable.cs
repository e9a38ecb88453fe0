using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Mounts;

/// <summary>The namespaces by path, <c>ns1/</c> or <c>ns1/team/</c>; the root namespace is the empty path.</summary>
internal sealed class NamespaceTable(VaultStorage storage)
{
    private readonly StorageView _stored = storage.Below("namespaces/");

    internal sealed record Namespace(string Path, string Id);

    public IEnumerable<string> Paths => _stored.Keys();

    public Namespace? Find(string path) => _stored.Get<Namespace>(path);

    public Namespace Create(string path)
    {
        var created = new Namespace(path, Guid.NewGuid().ToString("N")[..6]);
        _stored.Put(path, created);
        return created;
    }

    public void Delete(string path) => _stored.Delete(path);

    public IReadOnlyList<string> ChildrenOf(string parent) => _stored.List(parent);

    /// <summary>The namespace that a request is for: the header's, and then the longest that its path begins with.</summary>
    public string Resolve(string header, string path)
    {
        var current = header.Trim('/') is { Length: > 0 } named ? $"{named}/" : "";
        if (current.Length > 0 && Find(current) is null)
            throw VaultFault.NotFound($"no handler for route \"{path}\". route entry not found.");
        var full = current + path;
        foreach (var candidate in Paths)
        {
            if (candidate.Length > current.Length && full.StartsWith(candidate, StringComparison.Ordinal))
                current = candidate;
        }

        return current;
    }
}
