using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Cli.Rotation;
using CreditSystem.Cli.Tests.Rotation;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CreditSystem.Tests.Operations;

/// <summary>
/// The parts of the cluster that a rotation passes through: Vault, the vault-proxy and the API as processes of their own, the
/// API server with the Secret, and the directory that the kubelet keeps like it.
/// </summary>
internal sealed class RotatedCluster : IAsyncDisposable
{
    private const string SecretName = "vault-approle-creds";

    private readonly VaultInstance vault;
    private readonly HttpClient administrator;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly SecretVolume volume = new();
    private DevServerProcess? proxy;
    private DevServerProcess? api;

    private RotatedCluster(VaultInstance vault, RotatedRole role, SecretApiServer kubernetes) =>
        (this.vault, Role, Kubernetes, administrator) = (vault, role, kubernetes, vault.CreateClient());

    public RotatedRole Role { get; }

    public SecretApiServer Kubernetes { get; }

    public DevServerProcess Api => api ?? throw new InvalidOperationException("Not started.");

    public DevServerProcess Proxy => proxy ?? throw new InvalidOperationException("Not started.");

    public Uri ApiAddress { get; } = Local(FreePort.Take());

    private Uri ManagementAddress { get; } = Local(FreePort.Take());

    /// <summary>Of a caller of the API.</summary>
    public string AccessToken { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RotatedCluster> StartAsync(VaultServer vaults, MongoServer mongo, RedisServer redis)
    {
        var cluster = new RotatedCluster(await vaults.GetInstanceAsync(), await RotatedRole.CreateAsync(vaults), await SecretApiServer.StartAsync());
        try
        {
            await cluster.WriteSecretsAsync(mongo, await redis.GetInstanceAsync());
            cluster.Kubernetes.Create(SecretName, cluster.Role.RoleId, cluster.Role.SecretId);
            cluster.Role.Set("KUBECONFIG", await cluster.Kubernetes.WriteKubeconfigAsync(cluster.Role.FilePath("kubeconfig")));
            await cluster.StartProxyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the API with the directory as it is now.</summary>
    public async Task StartApiAsync()
    {
        await MirrorAsync();
        api = await DevServerProcess.StartAsync("CreditSystem.Api", new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = $"{ApiAddress};{ManagementAddress}",
            ["Management__Port"] = $"{ManagementAddress.Port}",
            ["VAULT_ADDR"] = Role.VaultAddress,
            ["VAULT_CREDENTIALS_DIRECTORY"] = volume.Directory,
            ["Vault__Prefix"] = Role.Name,
            ["Vault__PollInterval"] = "00:00:01",
            ["RateLimits__Enabled"] = "false",
            ["Ledger__Partitions"] = "2",
            ["Logging__LogLevel__Default"] = "Debug",
        }, Token, "Now listening on");
    }

    /// <summary>Runs what the CronJob runs. The new secret_id, which only the API server has so far.</summary>
    public async Task<string> RotateAsync()
    {
        var (exitCode, output) = await Role.RotateAsync("--kubernetes-secret", SecretName, "--kubernetes-namespace", "credit-system", "--overlap-seconds", "0");
        Assert.True(exitCode == 0, output);
        return Kubernetes.SecretId;
    }

    /// <summary>Does what the kubelet does some time after the Secret has changed.</summary>
    public Task MirrorAsync() => volume.MirrorAsync(Kubernetes.Secret!);

    public async Task UntilApiUsesAsync(string secretId)
    {
        var generation = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Role.RoleId}\n{secretId}")))[..8];
        await UntilAsync(status => (string?)status["credentials_generation"] == generation, "it has logged in with the secret_id");
    }

    /// <summary>Ends the API's token in Vault, and waits until it has got itself another one.</summary>
    public async Task RevokeTokenAsync()
    {
        var accessor = await TokenAccessorAsync();
        await PostAsync("auth/token/revoke-accessor", new JsonObject { ["accessor"] = accessor });
        await UntilAsync(status => status["token"] is { } token && (string?)token["accessor"] != accessor, "it has logged in again");
    }

    /// <summary>What Vault knows of the token that the API uses.</summary>
    public async Task<JsonNode> LookUpTokenAsync() =>
        (await PostAsync("auth/token/lookup-accessor", new JsonObject { ["accessor"] = await TokenAccessorAsync() }))!["data"]!;

    /// <summary>Ends every secret_id of the role but the one that the Secret's annotation names last.</summary>
    public async Task DestroyAllButTheNewestAsync()
    {
        var newest = Generation.Read((string?)Kubernetes.Secret!["metadata"]!["annotations"]![KubernetesTarget.GenerationsAnnotation])[^1].Accessor;
        var path = $"auth/approle/role/{Role.RoleName}";
        var known = (await administrator.GetFromJsonAsync<JsonObject>($"v1/{path}/secret-id?list=true", Token))!["data"]!["keys"]!.AsArray();
        foreach (var accessor in known.Select(key => (string)key!).Where(accessor => accessor != newest))
            await PostAsync($"{path}/secret-id-accessor/destroy", new JsonObject { ["secret_id_accessor"] = accessor });
        Assert.Equal(1, await Role.CountSecretIdsAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (api is not null)
            await api.DisposeAsync();
        if (proxy is not null)
            await proxy.DisposeAsync();
        await Kubernetes.DisposeAsync();
        Role.Dispose();
        volume.Dispose();
        administrator.Dispose();
        client.Dispose();
    }

    private async Task StartProxyAsync()
    {
        var address = Local(FreePort.Take());
        proxy = await DevServerProcess.StartAsync("CreditSystem.VaultProxy", new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"{address}",
            ["VaultProxy__Upstreams__0"] = $"{vault.Address}".TrimEnd('/'),
            ["VaultProxy__KvPrefixes__0"] = $"secret/{Role.Name}",
            ["VaultProxy__Drain__DelaySeconds"] = "0",
        }, Token, "Now listening on");
        Role.VaultAddress = $"{address}".TrimEnd('/');
    }

    private async Task WriteSecretsAsync(MongoServer mongo, RedisInstance redis)
    {
        var database = (await mongo.CreateDatabaseAsync("rotation")).DatabaseNamespace.DatabaseName;
        await WriteAsync("mongodb", new JsonObject { ["connection_string"] = await mongo.GetConnectionStringAsync(), ["database_name"] = database });
        await WriteAsync("redis", new JsonObject { ["host"] = "127.0.0.1", ["port"] = redis.Port, ["password"] = redis.Password });
        await WriteAsync("monitoring", new JsonObject { ["log_level"] = "Debug", ["metrics_enabled"] = true });
        var app = await administrator.GetFromJsonAsync<JsonObject>($"v1/secret/data/{Role.Name}/app", Token);
        AccessToken = Sign((string)app!["data"]!["data"]!["secret_key"]!);
    }

    private Task<JsonObject?> WriteAsync(string name, JsonObject data) => PostAsync($"secret/data/{Role.Name}/{name}", new JsonObject { ["data"] = data });

    private async Task<JsonObject?> PostAsync(string path, JsonObject body)
    {
        using var answer = await administrator.PostAsJsonAsync($"v1/{path}", body, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject();
    }

    private async Task<string> TokenAccessorAsync() => (string)(await ReadStatusAsync())["token"]!["accessor"]!;

    private async Task<JsonObject> ReadStatusAsync()
    {
        using var answer = await client.GetAsync(new Uri(ManagementAddress, "vault/status"), Token);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!;
    }

    private async Task UntilAsync(Func<JsonObject, bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition(await ReadStatusAsync()))
        {
            Assert.False(timeout.IsCancellationRequested, $"The API has not got so far that {what}: {Api.Output[^Math.Min(Api.Output.Length, 4000)..]}");
            await Task.Delay(50, Token);
        }
    }

    private static string Sign(string key) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "credit-system",
        Audience = "credit-system",
        Claims = new Dictionary<string, object> { ["sub"] = "job", ["jti"] = Guid.NewGuid().ToString("N"), ["tenant"] = "rotation", ["role"] = "service", ["scope"] = "accounts:read accounts:write transfers:write ops:read" },
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256),
    });

    private static Uri Local(int port) => new($"http://127.0.0.1:{port}/");
}
