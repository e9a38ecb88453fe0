using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Cubbyhole;

/// <summary>Secrets that only the token which wrote them can read.</summary>
internal sealed class CubbyholeBackend : Backend
{
    public CubbyholeBackend(VaultStorage storage)
    {
        StorageView Own(Call call) => call.RequiredToken.IsBatch
            ? throw VaultFault.BadRequest("cubbyhole operations are only supported by service tokens")
            : storage.Below($"cubbyhole/{call.RequiredToken.Hash}/");

        Map("{path*}")
            .Read(call => Own(call).Get<JsonObject>(call["path"]) is { } data ? Reply.Of(data) : Reply.None)
            .List(call => Reply.Page(call, Own(call).List(call["path"].Length == 0 ? "" : $"{call["path"]}/")))
            .Write(call => Done(() => Own(call).Put(call["path"], call.Body.All)))
            .Delete(call => Done(() => Own(call).Delete(call["path"])))
            .Exists(call => call.Token is { IsBatch: false } && Own(call).Contains(call["path"]));
    }

    private static Reply Done(Action work)
    {
        work();
        return Reply.None;
    }
}
