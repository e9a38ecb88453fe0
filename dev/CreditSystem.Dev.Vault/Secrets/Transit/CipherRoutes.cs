using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>Encryption with the keys of a transit mount, one by one or in a batch.</summary>
internal sealed class CipherRoutes(TransitKeys keys)
{
    private static readonly Batch Encryption = new("plaintext", "missing plaintext to encrypt", IsParsedStrictly: true, FailsAsAWhole: true);
    private static readonly Batch Decryption = new("ciphertext", "missing ciphertext to decrypt", IsParsedStrictly: true, FailsAsAWhole: true);
    private static readonly Batch Rewrapping = Decryption with { IsParsedStrictly = false, FailsAsAWhole = false };

    public Reply Encrypt(Call call) => Encryption.Run(call, item =>
    {
        var key = keys.Find(call["name"]) ?? CreateFor(call, item);
        var (ciphertext, version) = key.Encrypt(Decode(item, "plaintext") ?? [], Decode(item, "context"), Decode(item, "associated_data"), Version(item));
        return Described(ciphertext, version);
    });

    public Reply Decrypt(Call call)
    {
        var key = keys.Get(call["name"]);
        return Decryption.Run(call, item => new JsonObject
        {
            ["plaintext"] = Convert.ToBase64String(key.Decrypt(Ciphertext(item), Decode(item, "context"), Decode(item, "associated_data"))),
        });
    }

    public Reply Rewrap(Call call)
    {
        var key = keys.Get(call["name"]);
        return Rewrapping.Run(call, item =>
        {
            var context = Decode(item, "context");
            var (ciphertext, version) = key.Encrypt(key.Decrypt(Ciphertext(item), context, null), context, null, Version(item));
            return Described(ciphertext, version);
        });
    }

    public Reply DataKey(Call call)
    {
        if (call["kind"] is not ("plaintext" or "wrapped"))
            throw VaultFault.BadRequest("Invalid path, must be 'plaintext' or 'wrapped'");
        var key = keys.Get(call["name"]);
        var bits = call.Body.Integer("bits") ?? 256;
        if (bits is not (128 or 256 or 512))
            throw VaultFault.BadRequest("invalid bit length");
        var plaintext = RandomNumberGenerator.GetBytes((int)bits / 8);
        var (ciphertext, version) = key.Encrypt(plaintext, Decode(call.Body, "context"), null);
        var data = Described(ciphertext, version);
        if (call["kind"] == "plaintext")
            data["plaintext"] = Convert.ToBase64String(plaintext);
        return Reply.Of(data);
    }

    /// <summary>The capability to create was checked: encrypting with a key that is not there makes it.</summary>
    private TransitKey CreateFor(Call call, Fields item) => keys.AllowsUpsert
        ? keys.Create(new TransitKey { Name = call["name"], Type = call.Body.Text("type") is { Length: > 0 } type ? type : TransitKey.DefaultType, Derived = item.Has("context"), Convergent = call.Body.Flag("convergent_encryption") ?? false })
        : throw VaultFault.BadRequest("encryption key not found");

    private static JsonObject Described(string ciphertext, int version) => new() { ["ciphertext"] = ciphertext, ["key_version"] = version };

    private static string Ciphertext(Fields item) => item.Text("ciphertext") is { Length: > 0 } text ? text : throw VaultFault.BadRequest("missing ciphertext to decrypt");

    private static int Version(Fields item) => (int)Math.Clamp(item.Integer("key_version") ?? 0, int.MinValue, int.MaxValue);

    private static byte[]? Decode(Fields item, string name) => item.Text(name) is { Length: > 0 } text ? GoBase64.Decode(text) : null;
}
