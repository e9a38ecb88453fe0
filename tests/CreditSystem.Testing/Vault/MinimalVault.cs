using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Testing.Vault;

/// <summary>As much of a Vault as the client side needs, in the test's process and by the test's clock, so that months of leases pass in milliseconds.</summary>
internal sealed partial class MinimalVault : IAsyncDisposable
{
    public const string RoleId = "role-canary-5d0f";

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Token> _tokens = [];
    private readonly ConcurrentDictionary<string, List<SecretVersion?>> _secrets = [];

    private MinimalVault(WebApplication app, TimeProvider time) => (_app, _time) = (app, time);

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public ConcurrentDictionary<string, byte> SecretIds { get; } = new([new("secret-canary-91c2", 0)]);

    /// <summary>What it says of its build.</summary>
    public bool IsOpenBao { get; set; }

    public TimeSpan TokenTtl { get; set; } = TimeSpan.FromHours(1);

    public TimeSpan TokenMaxTtl { get; set; } = TimeSpan.FromDays(32);

    /// <summary>Every request, as method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Answers instead of the server when it returns a status.</summary>
    public Func<HttpRequest, int?> Fault { get; set; } = _ => null;

    /// <summary>Answers instead of the server when it returns something: a status and what Vault says with it.</summary>
    public Func<HttpRequest, (int Status, string[] Errors)?> Script { get; set; } = _ => null;

    /// <summary>Is asked before the answer, to set headers of its own or look at those that came.</summary>
    public Action<HttpContext> OnRequest { get; set; } = _ => { };

    public int Logins => Count("POST /v1/auth/approle/login");

    public IReadOnlyCollection<string> LiveTokens => [.. _tokens.Where(token => token.Value.ExpiresAt > _time.GetUtcNow()).Select(token => token.Key)];

    public static async Task<MinimalVault> StartAsync(TimeProvider? time = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var vault = new MinimalVault(app, time ?? TimeProvider.System);
        app.Run(vault.AnswerAsync);
        await app.StartAsync();
        return vault;
    }

    public int Count(string prefix) => Requests.Count(request => request.StartsWith(prefix, StringComparison.Ordinal));

    public int Write(string path, object data)
    {
        var versions = _secrets.GetOrAdd(path, _ => []);
        lock (versions)
        {
            versions.Add(new SecretVersion(JsonSerializer.SerializeToNode(data)!.AsObject(), _time.GetUtcNow()) { DeletedAt = DeletionOf(_time.GetUtcNow()) });
            return versions.Count;
        }
    }

    /// <summary>Removes the newest version softly, as <c>DELETE data/</c> does.</summary>
    public void Delete(string path) => _secrets[path][^1]!.DeletedAt = _time.GetUtcNow();

    /// <summary>Removes it with all its history, as <c>DELETE metadata/</c> does.</summary>
    public void Purge(string path) => _secrets.TryRemove(path, out _);

    public void RevokeAll() => _tokens.Clear();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        var body = request.ContentLength > 0 ? (await JsonNode.ParseAsync(request.Body))!.AsObject() : [];
        OnRequest(context);
        var (status, answer) = Script(request) is { } scripted ? (scripted.Status, Errors(scripted.Errors)) : Fault(request) is { } fault ? (fault, Errors("injected")) : IsOfEngine(request) ? await AnswerEnginesAsync(request, body) : Answer(request, body);
        if (status == 204 && request.Path == "/v1/auth/token/revoke-self")
            await DropLeasesOfAsync(request.Headers["X-Vault-Token"].ToString());
        context.Response.StatusCode = status;
        if (answer is not null)
            await context.Response.WriteAsJsonAsync(answer);
    }

    private static bool IsOfEngine(HttpRequest request) =>
        request.Path.StartsWithSegments("/v1/database") || request.Path.StartsWithSegments("/v1/transit") || request.Path.StartsWithSegments("/v1/sys/leases");

    private (int Status, JsonNode? Answer) Answer(HttpRequest request, JsonObject body)
    {
        var path = request.Path.Value!["/v1/".Length..];
        // As OpenBao has it: the call belongs to the server, not to a namespace.
        if (path == "sys/health" && request.Headers.ContainsKey("X-Vault-Namespace"))
            return (400, Errors("operation unavailable in namespaces"));
        if (path == "sys/health")
            return (200, new JsonObject { ["initialized"] = true, ["sealed"] = false, ["standby"] = false, ["version"] = "1.20.0" });
        if (path == "sys/seal-status")
            return (200, new JsonObject { ["initialized"] = true, ["sealed"] = false, ["version"] = "2.7.2", [IsOpenBao ? "commit_date" : "build_date"] = "2026-10-26T20:32:27Z" });
        if (path == "auth/approle/login")
            return Login(body);
        if (path is "sys/wrapping/lookup" or "sys/wrapping/unwrap")
            return AnswerWrapping(path, (string?)body["token"] ?? request.Headers["X-Vault-Token"].ToString());
        if (!_tokens.TryGetValue(request.Headers["X-Vault-Token"].ToString(), out var token) || token.ExpiresAt <= _time.GetUtcNow())
            return (403, Errors("2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"));
        return path switch
        {
            "auth/token/lookup-self" => (200, Data(new JsonObject { ["ttl"] = (int)(token.ExpiresAt - _time.GetUtcNow()).TotalSeconds, ["accessor"] = token.Accessor, ["renewable"] = true })),
            "auth/token/renew-self" => Renew(token),
            "auth/token/revoke-self" => Revoke(token),
            _ => AnswerSecrets(request, path, body),
        };
    }

    private (int, JsonNode?) Login(JsonObject body)
    {
        if ((string?)body["role_id"] != RoleId || !SecretIds.ContainsKey((string?)body["secret_id"] ?? ""))
            return (400, Errors("invalid role or secret ID"));
        var now = _time.GetUtcNow();
        var ttl = TokenTtl < TokenMaxTtl ? TokenTtl : TokenMaxTtl;
        var token = new Token($"hvs.canary-{Guid.NewGuid():N}", Guid.NewGuid().ToString("N"), now) { ExpiresAt = now + ttl };
        _tokens[token.Value] = token;
        return (200, Auth(token, ttl));
    }

    private (int, JsonNode?) Renew(Token token)
    {
        var left = token.CreatedAt + TokenMaxTtl - _time.GetUtcNow();
        var granted = TokenTtl < left ? TokenTtl : left;
        token.ExpiresAt = _time.GetUtcNow() + granted;
        return (200, Auth(token, granted));
    }

    private (int, JsonNode?) Revoke(Token token)
    {
        _tokens.TryRemove(token.Value, out _);
        return (204, null);
    }

    private static JsonObject Auth(Token token, TimeSpan lease) => new()
    {
        ["auth"] = new JsonObject
        {
            ["client_token"] = token.Value,
            ["accessor"] = token.Accessor,
            ["lease_duration"] = (int)lease.TotalSeconds,
            ["renewable"] = true,
            ["policies"] = new JsonArray("default"),
            ["metadata"] = new JsonObject { ["role_name"] = "credit-system" },
        },
    };

    private static JsonObject Data(JsonNode? data) => new() { ["request_id"] = Guid.NewGuid().ToString(), ["data"] = data };

    private static JsonObject Errors(params string[] errors) => new() { ["errors"] = new JsonArray([.. errors.Select(error => (JsonNode)error)]) };

    private static string Format(DateTimeOffset? at) => at?.ToString("O", CultureInfo.InvariantCulture) ?? "";

    private sealed record Token(string Value, string Accessor, DateTimeOffset CreatedAt)
    {
        public DateTimeOffset ExpiresAt { get; set; }
    }

    private sealed record SecretVersion(JsonObject Data, DateTimeOffset CreatedAt)
    {
        public DateTimeOffset? DeletedAt { get; set; }
    }
}
