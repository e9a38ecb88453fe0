using System.Collections.Frozen;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Lists;

/// <summary>A key of metadata by whose values a tenant wants to find things.</summary>
public sealed record IndexedKey(string Tenant, string Name)
{
    internal Guid Id { get; } = LedgerId.ForIndexedKey(Tenant, Name);
}

/// <summary>Where the keys are kept that tenants have declared.</summary>
public interface IIndexedKeyStore
{
    Task<IReadOnlyList<IndexedKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a key that may be there.</summary>
    Task AddAsync(IndexedKey key, CancellationToken cancellationToken);

    /// <returns>Whether it was there.</returns>
    Task<bool> RemoveAsync(IndexedKey key, CancellationToken cancellationToken);
}

/// <summary>The keys that this replica knows of; any thread may ask.</summary>
public sealed class IndexedKeys
{
    private static readonly IndexedKey[] None = [];

    private volatile FrozenDictionary<string, IndexedKey[]> tenants = FrozenDictionary<string, IndexedKey[]>.Empty;

    /// <summary>The same object as long as nothing has changed.</summary>
    internal object Version => tenants;

    internal IEnumerable<IndexedKey> All => tenants.Values.SelectMany(keys => keys);

    public IReadOnlyList<IndexedKey> Of(string tenant) => tenants.GetValueOrDefault(tenant, None);

    /// <summary>Takes note of what is stored.</summary>
    public void Set(IReadOnlyList<IndexedKey> keys)
    {
        if (!keys.ToHashSet().SetEquals(All))
            tenants = keys.GroupBy(key => key.Tenant).ToFrozenDictionary(
                group => group.Key, group => group.OrderBy(key => key.Name, StringComparer.Ordinal).ToArray());
    }
}
