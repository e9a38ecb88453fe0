using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault;
using DevelopmentVault = CreditSystem.Dev.Vault.Server.VaultServer;

namespace CreditSystem.Testing.Vault;

/// <summary>The development Vault inside of the test's process and on the test's clock, with an administrator's client.</summary>
internal sealed class DevVault : IAsyncDisposable
{
    public const string RootToken = "root-canary-77b1";

    private readonly DevelopmentVault _server;
    private readonly HttpClient _client;
    private readonly string _folder = Directory.CreateTempSubdirectory("dev-vault-").FullName;

    private DevVault(DevelopmentVault server)
    {
        _server = server;
        _client = new HttpClient { BaseAddress = new Uri(server.Address, "/v1/") };
        _client.DefaultRequestHeaders.Add("X-Vault-Token", RootToken);
    }

    public Uri Address => _server.Address;

    /// <summary>Where its audit device writes.</summary>
    public string AuditPath => Path.Combine(_folder, "audit.log");

    public string Folder => _folder;

    public static async Task<DevVault> StartAsync(TimeProvider time, Func<DevVaultOptions, DevVaultOptions>? configure = null)
    {
        var options = new DevVaultOptions(new IPEndPoint(IPAddress.Loopback, 0), RootToken);
        var vault = new DevVault(await DevelopmentVault.StartAsync(configure?.Invoke(options) ?? options, time));
        if (configure is null)
            await vault.DoAsync("PUT", "sys/audit/file", new { type = "file", options = new { file_path = vault.AuditPath } });
        return vault;
    }

    /// <summary>Moves its clock alone.</summary>
    public Task SkipAsync(TimeSpan time) => _server.SkipAsync(time);

    /// <summary>A request that must succeed; its <c>data</c>, or the whole answer where there is none.</summary>
    public async Task<JsonObject> DoAsync(string method, string path, object? body = null, string contentType = "application/json")
    {
        var (status, answer) = await SendAsync(method, path, body, contentType);
        if (status is not (200 or 204))
            throw new InvalidOperationException($"{method} {path}: {status} {answer?.ToJsonString()}");
        return answer?["data"] as JsonObject ?? answer ?? [];
    }

    public async Task<(int Status, JsonObject? Answer)> SendAsync(string method, string path, object? body = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body, new System.Net.Http.Headers.MediaTypeHeaderValue(contentType));
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null);
    }

    /// <summary>A role and a secret_id of it.</summary>
    public async Task<(string RoleId, string SecretId)> CreateRoleAsync(string name, object settings)
    {
        if (!(await DoAsync("GET", "sys/auth")).ContainsKey("approle/"))
            await DoAsync("POST", "sys/auth/approle", new { type = "approle" });
        await DoAsync("POST", $"auth/approle/role/{name}", settings);
        return ((string)(await DoAsync("GET", $"auth/approle/role/{name}/role-id"))["role_id"]!,
            (string)(await DoAsync("POST", $"auth/approle/role/{name}/secret-id"))["secret_id"]!);
    }

    /// <summary>How often its audit log has an answer of that path.</summary>
    public int Count(string path) => AuditLines().Count(line => (string?)line["type"] == "response" && (string?)line["request"]?["path"] == path);

    public IEnumerable<JsonObject> AuditLines()
    {
        using var file = new FileStream(AuditPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = new List<JsonObject>();
        while (reader.ReadLine() is { Length: > 0 } line)
            lines.Add(JsonNode.Parse(line)!.AsObject());
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
