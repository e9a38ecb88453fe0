using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Transit;

/// <summary><c>hmac/</c> and <c>verify/</c>.</summary>
internal sealed class HmacRoutes(TransitKeys keys)
{
    private static readonly Batch Making = new("input", "missing input for HMAC", IsParsedStrictly: false, FailsAsAWhole: false);
    private static readonly Batch Verifying = new("hmac", "neither a 'signature' nor an 'hmac' were given to verify", IsParsedStrictly: false, FailsAsAWhole: false);

    public Reply Hmac(Call call)
    {
        var (key, algorithm) = (keys.Get(call["name"]), Algorithm(call));
        return Making.Run(call, item => new JsonObject { ["hmac"] = key.Hmac(Input(item), algorithm, (int)(item.Integer("key_version") ?? 0)) });
    }

    public Reply Verify(Call call)
    {
        var (key, algorithm) = (keys.Get(call["name"]), Algorithm(call));
        if (!call.Body.Has("batch_input") && call.Body.Has("signature"))
            throw VaultFault.BadRequest($"key type {key.Type} does not support verification");
        return Verifying.Run(call, item =>
        {
            var given = item.Text("hmac")!;
            var expected = key.Hmac(Input(item), algorithm, TransitKey.Parse(given, "HMAC to verify").Version);
            return new JsonObject { ["valid"] = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected)) };
        });
    }

    private static string Algorithm(Call call) => call.TryGet("urlalgorithm") ?? call.Body.Text("algorithm") ?? "";

    private static byte[] Input(Fields item) => GoBase64.Decode(item.Text("input") ?? "", "unable to decode input as base64: ");
}
