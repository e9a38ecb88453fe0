using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>
/// A server somewhere, with an administrator's token. The recordings mount, write, revoke and unmount as if it were theirs alone, so
/// it must have nothing in it; what was left by one file is removed before the next.
/// </summary>
internal sealed class ServerToReplay : IDisposable
{
    private static readonly string[] BuiltIn = ["cubbyhole/", "identity/", "sys/", "secret/"];
    private static readonly string[] BuiltInPolicies = ["default", "root", "response-wrapping"];
    private const int ReadyAttempts = 100;

    private readonly HttpClient _http;
    private readonly string _token;
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-vectors-").FullName;
    private HashSet<string> _accessors = [];

    private ServerToReplay(HttpClient http, string token) => (_http, _token) = (http, token);

    public bool IsInitialized { get; private set; }

    /// <summary>Whether it says that it is OpenBao, and not Vault.</summary>
    public bool IsOpenBao { get; private set; }

    public bool IsDevelopmentVault { get; private set; }

    public bool AllowsAuditByApi { get; private set; }

    public ReplayTarget Target => new(_http.BaseAddress!, _token, time => Task.Delay(time), IsOpenBao, _folder, TimeProvider.System.GetUtcNow);

    /// <exception cref="InvalidOperationException">It has something in it, or the token is no administrator's.</exception>
    public static async Task<ServerToReplay> ConnectAsync(Uri address, string token)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Add("X-Vault-Token", token);
        var server = new ServerToReplay(http, token);
        var status = await server.SendAsync("GET", "sys/seal-status");
        server.IsInitialized = (bool)status.Body["initialized"]!;
        server.IsOpenBao = status.Body.ContainsKey("commit_date");
        server.IsDevelopmentVault = (string?)status.Body["cluster_name"] == "vault-cluster-development";
        if (server.IsInitialized)
            await server.RequireEmptyAsync();
        return server;
    }

    /// <summary>Removes what a file has left, and gives <c>secret/</c> back as a development server has it.</summary>
    public async Task ResetAsync()
    {
        foreach (var name in await ListAsync("sys/namespaces"))
            await SendAsync("DELETE", $"sys/namespaces/{name.TrimEnd('/')}");
        foreach (var path in (await MountsAsync("sys/mounts")).Except(BuiltIn).Append("secret/"))
            await SendAsync("DELETE", $"sys/mounts/{path.TrimEnd('/')}");
        foreach (var path in (await MountsAsync("sys/auth")).Where(path => path != "token/"))
            await SendAsync("DELETE", $"sys/auth/{path.TrimEnd('/')}");
        foreach (var path in (await ListAsync("sys/policies/acl")).Except(BuiltInPolicies))
            await SendAsync("DELETE", $"sys/policies/acl/{path}");
        foreach (var name in await ListAsync("auth/token/roles"))
            await SendAsync("DELETE", $"auth/token/roles/{name}");
        foreach (var accessor in (await ListAsync("auth/token/accessors")).Except(_accessors))
            await SendAsync("POST", "auth/token/revoke-accessor", new { accessor });
        await SendAsync("POST", "sys/mounts/secret", new { type = "kv", description = "key/value secret storage", options = new { version = "2" } });
        await UntilReadyAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RequireEmptyAsync()
    {
        var mounts = await MountsAsync("sys/mounts");
        List<string> foreign =
        [
            .. mounts.Except(BuiltIn).Select(path => $"sys/mounts/{path}"),
            .. (await MountsAsync("sys/auth")).Where(path => path != "token/").Select(path => $"sys/auth/{path}"),
            .. (await ListAsync("sys/policies/acl")).Except(BuiltInPolicies).Select(name => $"sys/policies/acl/{name}"),
            .. (await ListAsync("sys/namespaces")).Select(name => $"sys/namespaces/{name}"),
            .. (await ListAsync("secret/metadata")).Select(path => $"secret/{path}"),
        ];
        if (foreign.Count > 0)
            throw new InvalidOperationException($"{_http.BaseAddress} is in use: it has {string.Join(", ", foreign.Take(5))}. The recordings are replayed against an empty server only, since they delete what is there.");
        _accessors = [.. await ListAsync("auth/token/accessors")];
        var audit = await SendAsync("POST", "sys/audit/probe", new { type = "none" });
        AllowsAuditByApi = !audit.Body.ToJsonString().Contains("cannot enable audit device via API", StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> MountsAsync(string path)
    {
        var (status, body) = await SendAsync("GET", path);
        return status == HttpStatusCode.OK && body["data"] is JsonObject mounts
            ? [.. mounts.Select(mount => mount.Key)]
            : throw new InvalidOperationException($"{path} answers {(int)status} {body.ToJsonString()}: VAULT_TOKEN must be an administrator's.");
    }

    private async Task<IReadOnlyList<string>> ListAsync(string path)
    {
        var (_, body) = await SendAsync("LIST", path);
        return body["data"]?["keys"] is JsonArray keys ? [.. keys.Select(key => (string)key!)] : [];
    }

    /// <summary>A version 2 mount refuses writes for a moment after it was made.</summary>
    private async Task UntilReadyAsync()
    {
        for (var i = 0; i < ReadyAttempts && (await SendAsync("POST", "secret/data/ready", new { data = new { } })).Status != HttpStatusCode.OK; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        await SendAsync("DELETE", "secret/metadata/ready");
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }
}
