using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>The keys of one transit mount.</summary>
internal sealed class TransitKeys(StorageView storage, VaultClock clock)
{
    // With a slash, which no name of a key has.
    private const string NoUpsert = "config/disable-upsert";

    /// <summary>Whether encrypting with a key that is not there makes it.</summary>
    public bool AllowsUpsert
    {
        get => storage.Get<string>(NoUpsert) is null;
        set
        {
            if (value)
                storage.Delete(NoUpsert);
            else
                storage.Put(NoUpsert, "yes");
        }
    }

    public IReadOnlyList<string> Names => [.. storage.Keys().Where(name => !name.Contains('/'))];

    public bool Exists(string name) => storage.Contains(name);

    public TransitKey? Find(string name) => storage.Get<TransitKey>(name);

    /// <exception cref="VaultFault">There is none.</exception>
    public TransitKey Get(string name) => Find(name) ?? throw VaultFault.BadRequest("encryption key not found");

    public TransitKey Create(TransitKey key)
    {
        if (!TransitCipher.IsKnown(key.Type))
            throw VaultFault.BadRequest($"unknown key type {key.Type}");
        if (key is { Convergent: true, Derived: false })
            throw VaultFault.BadRequest("convergent encryption requires derivation to be enabled");
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
