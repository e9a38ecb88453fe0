using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>The keys of one transit mount.</summary>
internal sealed class TransitKeys(StorageView storage, VaultClock clock)
{
    public IReadOnlyList<string> Names => [.. storage.Keys()];

    public bool Exists(string name) => storage.Contains(name);

    public TransitKey? Find(string name) => storage.Get<TransitKey>(name);

    /// <exception cref="VaultFault">There is none.</exception>
    public TransitKey Get(string name) => Find(name) ?? throw VaultFault.BadRequest("encryption key not found");

    public TransitKey Create(TransitKey key)
    {
        if (key.Type is not ("aes256-gcm96" or "aes128-gcm96"))
            throw VaultFault.BadRequest($"unknown key type {key.Type}");
        return Save(key.Rotate(clock.GetUtcNow()));
    }

    public TransitKey Rotate(TransitKey key) => Save(key.Rotate(clock.GetUtcNow()));

    public TransitKey Save(TransitKey key)
    {
        storage.Put(key.Name, key);
        return key;
    }

    public void Delete(string name) => storage.Delete(name);

    /// <summary>Rotates the keys whose period is over.</summary>
    public void RotateDue()
    {
        foreach (var key in Names.Select(Find).OfType<TransitKey>())
        {
            if (key.AutoRotatePeriod > TimeSpan.Zero && key.Versions[^1].CreatedAt + key.AutoRotatePeriod <= clock.GetUtcNow())
                Rotate(key);
        }
    }
}
