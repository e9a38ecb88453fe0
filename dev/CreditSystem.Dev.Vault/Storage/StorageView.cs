namespace CreditSystem.Dev.Vault.Storage;

/// <summary>The part of the storage below a prefix: one mount cannot see another's.</summary>
internal sealed class StorageView(VaultStorage storage, string prefix)
{
    public T? Get<T>(string key)
        where T : class => storage.Get<T>(prefix + key);

    public bool Contains(string key) => storage.Contains(prefix + key);

    public void Put<T>(string key, T value) => storage.Put(prefix + key, value);

    public void Delete(string key) => storage.Delete(prefix + key);

    /// <summary>The keys that begin with <paramref name="start"/>, without this view's prefix.</summary>
    public IEnumerable<string> Keys(string start = "") => storage.Keys(prefix + start).Select(key => key[prefix.Length..]);

    public StorageView Below(string folder) => new(storage, prefix + folder);

    /// <summary>The names directly in a folder, which ends in a slash; folders in it end in one, too.</summary>
    public IReadOnlyList<string> List(string folder) =>
    [
        .. Keys(folder)
            .Select(key => key[folder.Length..])
            .Select(rest => rest.IndexOf('/') is >= 0 and var slash ? rest[..(slash + 1)] : rest)
            .Distinct(),
    ];

    public void Clear()
    {
        foreach (var key in Keys().ToList())
            Delete(key);
    }
}
