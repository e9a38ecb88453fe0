using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>Every secret that a run has made, as Vault itself has it.</summary>
internal static class GeneratedSecrets
{
    // Key names of the four secrets whose values are secret; ports, hosts and names may be logged.
    private static readonly string[] SecretWords = ["password", "key", "secret", "connection_string"];

    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(AppHostFixture system)
    {
        var rootToken = await system.ParameterAsync("vault-root-token");
        using var vault = (await system.GetAsync()).CreateHttpClient("vault", "http");
        vault.DefaultRequestHeaders.Add("X-Vault-Token", rootToken);
        var found = new Dictionary<string, string> { ["vault-root-token"] = rootToken };
        var paths = await vault.GetFromJsonAsync<JsonNode>("/v1/secret/metadata/credit-system?list=true");
        foreach (var path in paths!["data"]!["keys"]!.AsArray().Select(key => (string)key!))
        {
            var secret = await vault.GetFromJsonAsync<JsonNode>($"/v1/secret/data/credit-system/{path}");
            foreach (var (key, value) in secret!["data"]!["data"]!.AsObject())
            {
                if (SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) && (string?)value is { Length: >= 8 } text)
                    found[$"{path}.{key}"] = text;
            }
        }

        return found;
    }
}
