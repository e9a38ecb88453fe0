using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>Random bytes and hashes, as <c>sys/tools</c> and transit have them both.</summary>
internal static class ByteTools
{
    private const int MaxRandomBytes = 128 * 1024;

    public static void Map(Func<string, Route> map)
    {
        foreach (var path in (string[])["random", "random/{urlbytes}", "random/{source}/{urlbytes}"])
            map(path).Write(Random).Takes(FieldType.Integer, "bytes", "urlbytes").Takes(FieldType.Text, "format", "source");
        foreach (var path in (string[])["hash", "hash/{urlalgorithm}"])
            map(path).Write(Hash).Takes(FieldType.Text, "input", "algorithm", "urlalgorithm", "format");
    }

    /// <summary>Bytes as text in the format that the caller asks for.</summary>
    /// <exception cref="VaultFault">There is no such format.</exception>
    private static string Format(Call call, byte[] bytes, string otherwise) => (call.Body.Text("format") is { Length: > 0 } asked ? asked : otherwise) switch
    {
        "hex" => Convert.ToHexStringLower(bytes),
        "base64" => Convert.ToBase64String(bytes),
        var unknown => throw VaultFault.BadRequest($"unsupported encoding format \"{unknown}\"; must be \"hex\" or \"base64\""),
    };

    private static Reply Random(Call call)
    {
        var count = call.TryGet("urlbytes") is { } given && FieldCheck.TryParseInteger(given, out var parsed) ? (long)parsed : call.Body.Integer("bytes") ?? 32;
        if (count < 1)
            throw VaultFault.BadRequest("'bytes' cannot be less than 1");
        if (count > MaxRandomBytes)
            throw VaultFault.BadRequest($"'bytes' should be less than {MaxRandomBytes}");
        return Reply.Of(new JsonObject { ["random_bytes"] = Format(call, RandomNumberGenerator.GetBytes((int)count), "base64") });
    }

    private static Reply Hash(Call call)
    {
        var input = GoBase64.Decode(call.Body.Text("input") ?? "", "unable to decode input as base64: ");
        var algorithm = call.TryGet("urlalgorithm") ?? (call.Body.Text("algorithm") is { Length: > 0 } asked ? asked : "sha2-256");
        var sum = algorithm switch
        {
            "sha2-256" => SHA256.HashData(input),
            "sha2-384" => SHA384.HashData(input),
            "sha2-512" => SHA512.HashData(input),
            _ => throw VaultFault.BadRequest($"unsupported algorithm {algorithm}"),
        };
        return Reply.Of(new JsonObject { ["sum"] = Format(call, sum, "hex") });
    }
}
