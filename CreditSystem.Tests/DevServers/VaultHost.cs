using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault;
using CreditSystem.Dev.Vault.Server;
using DevelopmentVault = CreditSystem.Dev.Vault.Server.VaultServer;

namespace CreditSystem.Tests.DevServers;

/// <summary>A development Vault inside the test's process, with a clock that the test can move.</summary>
internal sealed class VaultHost : IAsyncDisposable
{
    public const string RootToken = "root-canary-8f1e";

    private readonly DevelopmentVault _server;
    private readonly HttpClient _client;
    private readonly HttpClient _control;

    private VaultHost(DevelopmentVault server)
    {
        _server = server;
        _client = new HttpClient { BaseAddress = new Uri(server.Address, "/v1/") };
        _control = new HttpClient { BaseAddress = server.ControlAddress };
    }

    internal sealed record Answer(int Status, JsonObject? Body, HttpResponseMessage Response)
    {
        public JsonObject Data => Body!["data"]!.AsObject();

        public JsonObject Auth => Body!["auth"]!.AsObject();

        public string Token => (string)Auth["client_token"]!;

        public string Error => (string)Body!["errors"]![0]!;

        public string Warning => (string)Body!["warnings"]![0]!;
    }

    public static async Task<VaultHost> StartAsync(string? dataDirectory = null, string rootToken = RootToken, bool startsUninitialized = false, Dialect? dialect = null)
    {
        var anyPort = new IPEndPoint(IPAddress.Loopback, 0);
        var options = new DevVaultOptions(anyPort, rootToken, anyPort, dataDirectory) { StartsUninitialized = startsUninitialized, Dialect = dialect ?? Dialect.OpenBao };
        return new VaultHost(await DevelopmentVault.StartAsync(options, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    public Uri Address => _server.Address;

    public async Task<Answer> SendAsync(string method, string path, object? body = null, string? token = RootToken, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null)
            request.Headers.Add("X-Vault-Token", token);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
        {
            request.Content = body is string text ? new StringContent(text, Encoding.UTF8) : JsonContent.Create(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var content = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, content.StartsWith('{') ? JsonNode.Parse(content)!.AsObject() : null, response);
    }

    /// <summary>A preparation that must succeed.</summary>
    public async Task<Answer> DoAsync(string method, string path, object? body = null, string? token = RootToken)
    {
        var answer = await SendAsync(method, path, body, token);
        Assert.True(answer.Status is 200 or 204, $"{method} {path}: {answer.Status} {answer.Body?.ToJsonString()}");
        return answer;
    }

    public async Task<JsonObject> ControlAsync(string fault, object? body = null)
    {
        using var response = await _control.PostAsJsonAsync(fault, body ?? new { }, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public async Task<JsonObject> StatusAsync(string path = "status")
    {
        using var response = await _control.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public Task<JsonObject> SkipAsync(TimeSpan time) => ControlAsync("skip-clock", new { seconds = (int)time.TotalSeconds });

    public Task<Answer> WritePolicyAsync(string name, string text) => DoAsync("PUT", $"sys/policies/acl/{name}", new { policy = text });

    /// <summary>A token with one policy, which is written first.</summary>
    public async Task<string> TokenWithAsync(string policy)
    {
        await WritePolicyAsync("of-the-token", policy);
        return (await DoAsync("POST", "auth/token/create", new { policies = new[] { "of-the-token" } })).Token;
    }

    /// <summary>Enables AppRole and makes a role. Its role_id.</summary>
    public async Task<string> CreateRoleAsync(string name, object settings)
    {
        if ((await DoAsync("GET", "sys/auth")).Data["approle/"] is null)
            await DoAsync("POST", "sys/auth/approle", new { type = "approle" });
        await DoAsync("POST", $"auth/approle/role/{name}", settings);
        return (string)(await DoAsync("GET", $"auth/approle/role/{name}/role-id")).Data["role_id"]!;
    }

    public async Task<JsonObject> CreateSecretIdAsync(string role, object? settings = null) => (await DoAsync("POST", $"auth/approle/role/{role}/secret-id", settings)).Data;

    public Task<Answer> LogInAsync(string roleId, string secretId) => SendAsync("POST", "auth/approle/login", new { role_id = roleId, secret_id = secretId }, token: null);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _control.Dispose();
        await _server.DisposeAsync();
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }
}
