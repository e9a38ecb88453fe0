using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.KeyValue;

/// <summary>KV version 1: a write replaces, and nothing is remembered.</summary>
internal sealed class UnversionedBackend : Backend
{
    public UnversionedBackend(StorageView storage) => Map("{path*}")
        .Read(call => storage.Get<JsonObject>(call["path"]) is { } data ? new Reply { Data = data, LeaseDuration = Lifetime(data) } : Reply.None)
        .List(call => Reply.Page(call, storage.List(call["path"].Length == 0 ? "" : $"{call["path"]}/")))
        .Write(call => Write(storage, call))
        .Delete(call => Delete(storage, call))
        .Exists(call => storage.Contains(call["path"]));

    /// <summary>What the secret itself says with <c>ttl</c>, as a hint to its readers.</summary>
    private static TimeSpan Lifetime(JsonObject data) => (data["ttl"] ?? data["lease"]) is JsonValue ttl && GoDuration.TryParse(ttl.ToString(), out var lifetime) ? lifetime : LeaseTime.SystemDefault;

    private static Reply Write(StorageView storage, Call call)
    {
        if (call.Body.All.Count == 0)
            throw VaultFault.BadRequest("missing data fields");
        storage.Put(call["path"], call.Body.All);
        return Reply.None;
    }

    private static Reply Delete(StorageView storage, Call call)
    {
        storage.Delete(call["path"]);
        return Reply.None;
    }
}
