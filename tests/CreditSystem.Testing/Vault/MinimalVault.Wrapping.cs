using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace CreditSystem.Testing.Vault;

// Its response wrapping.
internal sealed partial class MinimalVault
{
    private readonly ConcurrentDictionary<string, (string SecretId, string CreationPath)> _wrappings = [];

    /// <summary>The token that wraps a secret_id.</summary>
    public string Wrap(string secretId, string creationPath = "auth/approle/role/credit-system/secret-id")
    {
        var token = $"hvs.canary-wrapping-{Guid.NewGuid():N}";
        _wrappings[token] = (secretId, creationPath);
        return token;
    }

    private (int, JsonNode?) AnswerWrapping(string path, string token)
    {
        if (!_wrappings.TryGetValue(token, out var wrapped))
            return (400, Errors("wrapping token is not valid or does not exist"));
        if (path == "sys/wrapping/lookup")
            return (200, Data(new JsonObject { ["creation_path"] = wrapped.CreationPath, ["creation_time"] = _time.GetUtcNow().ToString("O"), ["creation_ttl"] = 60 }));
        _wrappings.TryRemove(token, out _);
        return (200, Data(new JsonObject { ["secret_id"] = wrapped.SecretId, ["secret_id_accessor"] = "accessor" }));
    }
}
