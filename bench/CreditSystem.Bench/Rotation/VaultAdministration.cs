using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Bench.Rotation;

/// <summary>What an administrator does in Vault, past the proxy: the role, the policy, the secrets.</summary>
internal sealed class VaultAdministration(Uri address, string rootToken) : IDisposable
{
    private const string Role = "auth/approle/role/credit-system";
    private const string Policy = """
        path "secret/data/credit-system/*" { capabilities = ["read"] }
        path "secret/metadata/credit-system/*" { capabilities = ["read", "list"] }
        path "secret/metadata/credit-system" { capabilities = ["list"] }
        path "pki/issue/credit-system" { capabilities = ["update"] }
        path "pki/issuers/" { capabilities = ["list"] }
        """;

    private readonly HttpClient _client = new(new SocketsHttpHandler()) { BaseAddress = new Uri(address, "/v1/"), Timeout = TimeSpan.FromSeconds(10), DefaultRequestHeaders = { { "X-Vault-Token", rootToken } } };

    /// <summary>Makes the role. Its role_id.</summary>
    public async Task<string> CreateRoleAsync(CancellationToken cancellationToken)
    {
        await EnableAsync("sys/auth/approle", "approle", cancellationToken);
        await PostAsync("sys/policies/acl/credit-system", new JsonObject { ["policy"] = Policy }, cancellationToken);
        await PostAsync(Role, new JsonObject { ["token_policies"] = "credit-system", ["token_ttl"] = "1h", ["token_max_ttl"] = "24h", ["secret_id_ttl"] = "25h" }, cancellationToken);
        var read = await _client.GetFromJsonAsync<JsonObject>($"{Role}/role-id", cancellationToken);
        return (string)read!["data"]!["role_id"]!;
    }

    /// <summary>Makes the PKI engine, an authority, and the role of the API's certificates, whose lives are seconds here.</summary>
    public async Task CreateAuthorityAsync(CancellationToken cancellationToken)
    {
        await EnableAsync("sys/mounts/pki", "pki", cancellationToken);
        await PostAsync("pki/root/generate/internal", new JsonObject { ["common_name"] = "Bench 1", ["key_type"] = "ec", ["ttl"] = "700h" }, cancellationToken);
        await LetCertificatesLiveAsync("4s", cancellationToken);
    }

    public Task LetCertificatesLiveAsync(string ttl, CancellationToken cancellationToken) =>
        PostAsync("pki/roles/credit-system", new JsonObject { ["allow_localhost"] = true, ["key_type"] = "ec", ["ttl"] = ttl, ["max_ttl"] = "72h" }, cancellationToken);

    /// <summary>A certificate of the vault-proxy, which outlives the run.</summary>
    public async Task<(string Certificate, string Key)> IssueCertificateAsync(CancellationToken cancellationToken)
    {
        var issued = (await PostAsync("pki/issue/credit-system", new JsonObject { ["common_name"] = "localhost", ["ttl"] = "24h" }, cancellationToken))!["data"]!;
        return ((string)issued["certificate"]!, (string)issued["private_key"]!);
    }

    /// <summary>All authorities of the mount, in PEM.</summary>
    public async Task<string> ReadAuthoritiesAsync(CancellationToken cancellationToken)
    {
        var listed = await _client.GetFromJsonAsync<JsonObject>("pki/issuers?list=true", cancellationToken);
        var all = new List<string>();
        foreach (var id in listed!["data"]!["keys"]!.AsArray())
            all.Add(((string)(await _client.GetFromJsonAsync<JsonObject>($"pki/issuer/{id}/json", cancellationToken))!["data"]!["certificate"]!).Trim());
        return string.Join('\n', all) + "\n";
    }

    /// <summary>Another authority beside the one that signs. Its id.</summary>
    public async Task<string> AddAuthorityAsync(CancellationToken cancellationToken)
    {
        var made = await PostAsync("pki/root/rotate/internal", new JsonObject { ["common_name"] = "Bench 2", ["key_type"] = "ec", ["ttl"] = "700h" }, cancellationToken);
        return (string)made!["data"]!["issuer_id"]!;
    }

    public Task SignWithAsync(string authority, CancellationToken cancellationToken) =>
        PostAsync("pki/config/issuers", new JsonObject { ["default"] = authority }, cancellationToken);

    /// <summary>Takes every authority away but this one.</summary>
    public async Task KeepAuthorityAsync(string authority, CancellationToken cancellationToken)
    {
        var listed = await _client.GetFromJsonAsync<JsonObject>("pki/issuers?list=true", cancellationToken);
        foreach (var id in listed!["data"]!["keys"]!.AsArray().Select(key => $"{key}").Where(id => id != authority).ToList())
        {
            using var answer = await _client.DeleteAsync(new Uri($"pki/issuer/{id}", UriKind.Relative), cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    public async Task<(string SecretId, string Accessor)> IssueSecretIdAsync(CancellationToken cancellationToken)
    {
        var issued = (await PostAsync($"{Role}/secret-id", [], cancellationToken))!["data"]!;
        return ((string)issued["secret_id"]!, (string)issued["secret_id_accessor"]!);
    }

    public Task DestroySecretIdAsync(string accessor, CancellationToken cancellationToken) =>
        PostAsync($"{Role}/secret-id-accessor/destroy", new JsonObject { ["secret_id_accessor"] = accessor }, cancellationToken);

    public Task WriteAsync(string name, JsonObject data, CancellationToken cancellationToken) =>
        PostAsync($"secret/data/credit-system/{name}", new JsonObject { ["data"] = data }, cancellationToken);

    public Task RevokeAsync(string accessor, CancellationToken cancellationToken) =>
        PostAsync("auth/token/revoke-accessor", new JsonObject { ["accessor"] = accessor }, cancellationToken);

    public async Task<JsonObject?> PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var answer = await _client.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Vault answered {(int)answer.StatusCode} to {path}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject();
    }

    public void Dispose() => _client.Dispose();

    private async Task EnableAsync(string path, string type, CancellationToken cancellationToken)
    {
        using var answer = await _client.PostAsJsonAsync(path, new JsonObject { ["type"] = type }, cancellationToken);
        // 400: it is there already, as in a development Vault it may be.
        if (!answer.IsSuccessStatusCode && (int)answer.StatusCode != 400)
            throw new InvalidOperationException($"Vault answered {(int)answer.StatusCode} to {path}.");
    }
}
