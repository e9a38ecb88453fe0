using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>A mount's secrets of version 1 as first versions of version 2.</summary>
internal static class KeyValueUpgrade
{
    public static void MoveSecrets(StorageView data, VaultClock clock)
    {
        var secrets = data.Keys().Select(path => (Path: path, Data: data.Get<JsonObject>(path)!)).ToList();
        data.Clear();
        var store = new SecretStore(data, clock);
        foreach (var (path, secret) in secrets)
            store.Add(path, secret, cas: null);
    }
}
