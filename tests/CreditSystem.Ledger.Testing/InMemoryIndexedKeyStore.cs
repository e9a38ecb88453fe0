using System.Collections.Concurrent;
using CreditSystem.Ledger.Lists;

namespace CreditSystem.Ledger.Testing;

/// <summary>Declared keys, in memory.</summary>
internal sealed class InMemoryIndexedKeyStore : IIndexedKeyStore
{
    private readonly ConcurrentDictionary<IndexedKey, bool> keys = new();

    public Task<IReadOnlyList<IndexedKey>> ReadAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<IndexedKey>>([.. keys.Keys]);

    public Task AddAsync(IndexedKey key, CancellationToken cancellationToken)
    {
        keys[key] = true;
        return Task.CompletedTask;
    }

    public Task<bool> RemoveAsync(IndexedKey key, CancellationToken cancellationToken) => Task.FromResult(keys.TryRemove(key, out _));
}
