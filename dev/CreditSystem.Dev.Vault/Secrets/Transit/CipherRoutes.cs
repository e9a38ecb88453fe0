using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary>What is done with the keys of a transit mount, one by one or in a batch.</summary>
internal sealed class CipherRoutes(TransitKeys keys)
{
    public Reply Encrypt(Call call)
    {
        // The capability to create was checked: encrypting with a key that is not there makes it.
        var key = keys.Find(call["name"]) ?? keys.Create(new TransitKey { Name = call["name"], Type = call.Body.Text("type") ?? "aes256-gcm96", Derived = call.Body.Has("context") });
        return Each(call, "plaintext", "encrypt", item =>
        {
            var (ciphertext, version) = key.Encrypt(Decode(item, "plaintext") ?? [], Decode(item, "context"), Decode(item, "associated_data"), item.Integer("key_version") ?? 0);
            return new JsonObject { ["ciphertext"] = ciphertext, ["key_version"] = version };
        });
    }

    public Reply Decrypt(Call call)
    {
        var key = keys.Get(call["name"]);
        return Each(call, "ciphertext", "decrypt", item => new JsonObject
        {
            ["plaintext"] = Convert.ToBase64String(key.Decrypt(item.Text("ciphertext")!, Decode(item, "context"), Decode(item, "associated_data"))),
        });
    }

    public Reply Rewrap(Call call)
    {
        var key = keys.Get(call["name"]);
        return Each(call, "ciphertext", "decrypt", item =>
        {
            var context = Decode(item, "context");
            var (ciphertext, version) = key.Encrypt(key.Decrypt(item.Text("ciphertext")!, context, null), context, null, item.Integer("key_version") ?? 0);
            return new JsonObject { ["ciphertext"] = ciphertext, ["key_version"] = version };
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
        var plaintext = RandomNumberGenerator.GetBytes(bits / 8);
        var (ciphertext, version) = key.Encrypt(plaintext, Decode(call.Body, "context"), null);
        var data = new JsonObject { ["ciphertext"] = ciphertext, ["key_version"] = version };
        if (call["kind"] == "plaintext")
            data["plaintext"] = Convert.ToBase64String(plaintext);
        return Reply.Of(data);
    }

    public Reply Hmac(Call call, string algorithm)
    {
        var key = keys.Get(call["name"]);
        return Each(call, "input", "HMAC", item => new JsonObject { ["hmac"] = key.Hmac(Decode(item, "input") ?? [], algorithm, item.Integer("key_version") ?? 0) });
    }

    public Reply Verify(Call call, string algorithm)
    {
        var key = keys.Get(call["name"]);
        return Each(call, "hmac", "verify", item =>
        {
            var given = item.Text("hmac")!;
            var expected = key.Hmac(Decode(item, "input") ?? [], algorithm, TransitKey.Parse(given).Version);
            return new JsonObject { ["valid"] = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected)) };
        });
    }

    /// <summary>One item, whose failure is the request's, or a batch, in which each item says how it went and one failure makes the status 400.</summary>
    private static Reply Each(Call call, string required, string purpose, Func<Fields, JsonObject> work)
    {
        if (call.Body.Array("batch_input") is not { } batch)
            return Reply.Of(One(call.Body, required, purpose, work));
        if (batch.Count == 0)
            throw VaultFault.BadRequest("missing batch input to process");
        var results = new JsonArray();
        var anyFailed = false;
        foreach (var node in batch)
        {
            var item = new Fields(node as JsonObject ?? throw VaultFault.BadRequest("failed to parse batch input: expected a map"));
            JsonObject result;
            try
            {
                result = One(item, required, purpose, work);
            }
            catch (VaultFault fault)
            {
                anyFailed = true;
                result = new JsonObject { ["error"] = fault.Message };
            }

            if (item.Text("reference") is { } reference)
                result["reference"] = reference;
            results.Add(result);
        }

        var partial = call.Body.Integer("partial_failure_response_code") ?? StatusCodes.Status400BadRequest;
        return new Reply { Data = new JsonObject { ["batch_results"] = results }, Status = anyFailed ? partial : StatusCodes.Status200OK };
    }

    private static JsonObject One(Fields item, string required, string purpose, Func<Fields, JsonObject> work) =>
        item.Has(required) ? work(item) : throw VaultFault.BadRequest($"missing {required} to {purpose}");

    private static byte[]? Decode(Fields item, string name)
    {
        if (item.Text(name) is not { Length: > 0 } text)
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw VaultFault.BadRequest($"failed to base64-decode {name}");
    }
}
