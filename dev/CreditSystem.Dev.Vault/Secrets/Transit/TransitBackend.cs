using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>https://developer.hashicorp.com/vault/api-docs/secret/transit</summary>
internal sealed class TransitBackend : Backend
{
    private readonly TransitKeys _keys;

    public TransitBackend(StorageView storage, VaultClock clock)
    {
        _keys = new TransitKeys(storage, clock);
        var keys = new KeyRoutes(_keys);
        var ciphers = new CipherRoutes(_keys);
        Map("keys").List(_ => Reply.Keys(_keys.Names));
        Map("keys/{name}").Read(keys.Read).Write(keys.Create).Delete(keys.Delete);
        Map("keys/{name}/config").Write(keys.Configure);
        Map("keys/{name}/rotate").Write(keys.Rotate);
        Map("keys/{name}/trim").Write(keys.Trim);
        Map("encrypt/{name}").Write(ciphers.Encrypt).Exists(call => _keys.Exists(call["name"]));
        Map("decrypt/{name}").Write(ciphers.Decrypt);
        Map("rewrap/{name}").Write(ciphers.Rewrap);
        Map("datakey/{kind}/{name}").Write(ciphers.DataKey);
        Map("hmac/{name}").Write(call => ciphers.Hmac(call, call.Body.Text("algorithm") ?? ""));
        Map("hmac/{name}/{algorithm}").Write(call => ciphers.Hmac(call, call["algorithm"]));
        Map("verify/{name}").Write(call => ciphers.Verify(call, call.Body.Text("algorithm") ?? ""));
        Map("verify/{name}/{algorithm}").Write(call => ciphers.Verify(call, call["algorithm"]));
        Map("random").Write(call => Random(call, call.Body.Integer("bytes") ?? 32));
        Map("random/{bytes}").Write(call => Random(call, int.TryParse(call["bytes"], out var bytes) ? bytes : 0));
    }

    public override Task TickAsync()
    {
        _keys.RotateDue();
        return Task.CompletedTask;
    }

    private static Reply Random(Call call, int count)
    {
        if (count is < 1 or > 128 * 1024)
            throw VaultFault.BadRequest("\"bytes\" should be between 1 and 131072");
        var bytes = RandomNumberGenerator.GetBytes(count);
        return Reply.Of(new JsonObject { ["random_bytes"] = call.Body.Text("format") == "hex" ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes) });
    }
}
