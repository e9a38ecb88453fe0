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
        MapKeys(new KeyRoutes(_keys));
        MapCiphers(new CipherRoutes(_keys));
        MapHmacs(new HmacRoutes(_keys));
        ByteTools.Map(Map);
        Map("config/keys").Read(_ => DescribeConfiguration()).Write(Configure).Takes(FieldType.Flag, "disable_upsert");
        Map("cache-config").Read(_ => Reply.Of(new JsonObject { ["size"] = 0 }));
        Map("sign/{name}").Write(DoesNotSign);
        Map("sign/{name}/{algorithm}").Write(DoesNotSign);
    }

    public override Task TickAsync()
    {
        _keys.RotateDue();
        return Task.CompletedTask;
    }

    private void MapKeys(KeyRoutes keys)
    {
        Map("keys").List(call => Reply.Page(call, _keys.Names)).Paged();
        Map("keys/{name}").Read(keys.Read).Write(keys.Create).Delete(keys.Delete)
            .Takes(FieldType.Text, "type", "context").Takes(FieldType.Flag, "derived", "convergent_encryption", "exportable", "allow_plaintext_backup")
            .Takes(FieldType.Duration, "auto_rotate_period").Takes(FieldType.Integer, "key_size");
        Map("keys/{name}/config").Write(keys.Configure)
            .Takes(FieldType.Integer, "min_decryption_version", "min_encryption_version").Takes(FieldType.Flag, "deletion_allowed", "exportable", "allow_plaintext_backup").Takes(FieldType.Duration, "auto_rotate_period");
        Map("keys/{name}/rotate").Write(keys.Rotate);
        Map("keys/{name}/trim").Write(keys.Trim).Takes(FieldType.Integer, "min_available_version");
        Map("export/{kind}/{name}").Read(call => keys.Export(call, version: null));
        Map("export/{kind}/{name}/{version}").Read(call => keys.Export(call, call["version"]));
        Map("backup/{name}").Read(keys.BackUp);
    }

    private void MapCiphers(CipherRoutes ciphers)
    {
        TakesItem(Map("encrypt/{name}").Write(ciphers.Encrypt).Exists(call => _keys.Exists(call["name"])), "plaintext", "type").Takes(FieldType.Flag, "convergent_encryption");
        TakesItem(Map("decrypt/{name}").Write(ciphers.Decrypt), "ciphertext");
        TakesItem(Map("rewrap/{name}").Write(ciphers.Rewrap), "ciphertext");
        TakesItem(Map("datakey/{kind}/{name}").Write(ciphers.DataKey)).Takes(FieldType.Integer, "bits");
    }

    private void MapHmacs(HmacRoutes hmacs)
    {
        foreach (var suffix in (string[])["", "/{urlalgorithm}"])
        {
            TakesItem(Map($"hmac/{{name}}{suffix}").Write(hmacs.Hmac), "input", "algorithm", "urlalgorithm");
            TakesItem(Map($"verify/{{name}}{suffix}").Write(hmacs.Verify), "input", "hmac", "signature", "algorithm", "urlalgorithm");
        }
    }

    private static Route TakesItem(Route route, params ReadOnlySpan<string> texts) =>
        route.Takes(FieldType.Text, texts).Takes(FieldType.Text, "context", "associated_data").Takes(FieldType.Integer, "key_version", "partial_failure_response_code").Takes(FieldType.Any, "batch_input");

    private Reply DescribeConfiguration() => Reply.Of(new JsonObject { ["disable_upsert"] = !_keys.AllowsUpsert });

    private Reply Configure(Call call)
    {
        if (call.Body.Flag("disable_upsert") is { } isDisabled)
            _keys.AllowsUpsert = !isDisabled;
        return DescribeConfiguration();
    }

    private Reply DoesNotSign(Call call) => throw VaultFault.BadRequest($"key type {_keys.Get(call["name"]).Type} does not support signing");
}
