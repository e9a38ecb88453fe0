using System.Net;
using System.Security.Cryptography;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Health;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Tests;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Secrets;

/// <summary>The connections of the API with credentials from a Vault, on the real servers, with a Mongo user of its own.</summary>
internal sealed class ConnectionsHost : IAsyncDisposable
{
    private readonly IMongoDatabase _admin;
    private WebApplication? _app;

    private ConnectionsHost(MinimalVault vault, MongoInstance mongo, RedisInstance redis)
    {
        (Vault, Mongo, Redis, User) = (vault, mongo, redis, "");
        _admin = mongo.CreateClient().GetDatabase("admin");
    }

    public MinimalVault Vault { get; }

    public MongoInstance Mongo { get; }

    /// <summary>The shared one, unless the test has one of its own to take away.</summary>
    public RedisInstance Redis { get; }

    public string User { get; private set; }

    /// <summary>Of the user that was made last.</summary>
    public string MongoPassword { get; private set; } = "";

    public MongoConnection MongoConnection => App.Services.GetRequiredService<MongoConnection>();

    public RedisConnection RedisConnection => App.Services.GetRequiredService<RedisConnection>();

    public SecretStore Secrets => App.Services.GetRequiredService<SecretStore>();

    public HealthReasons HealthReasons => App.Services.GetRequiredService<HealthReasons>();

    public VaultSession Session => App.Services.GetRequiredService<VaultSession>();

    public IConfigurationRoot Configuration => (IConfigurationRoot)App.Configuration;

    public TokenRenewal Renewal => App.Services.GetRequiredService<TokenRenewal>();

    public HttpClient Client => App.GetTestClient();

    /// <summary>The document of a service that wants nothing.</summary>
    public const string Healthy =
        """{"status":"healthy","vault":{"connected":true,"authenticated":true,"health_check":true},"mongodb":{"connected":true,"using_vault_credentials":true},"redis":{"connected":true}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private WebApplication App => _app ?? throw new InvalidOperationException("Not started.");

    public static async Task<ConnectionsHost> StartAsync(
        MongoServer server, RedisServer redis, bool dynamicUsers = false, Eavesdropper? ear = null, bool withDatabase = true,
        string credentialCheckInterval = "00:10:00", object? redisSecret = null, Func<ConnectionsHost, object>? mongoSecret = null,
        string? certificates = null, RedisInstance? ownRedis = null)
    {
        var host = new ConnectionsHost(
            await MinimalVault.StartAsync(), await server.GetInstanceAsync(), ownRedis ?? await redis.GetInstanceAsync());
        SecretsSetup.WriteAll(host.Vault);
        host.WriteMongo(await host.CreateUserAsync(), withDatabase ? host.Mongo.Port : 1);
        if (mongoSecret is not null)
            host.Vault.Write("credit-system/mongodb", mongoSecret(host));
        if (redisSecret is null)
            host.WriteRedis();
        else
            host.Vault.Write("credit-system/redis", redisSecret);
        host.Vault.CreateDatabaseUser = host.CreateNamedUserAsync;
        host.Vault.DropDatabaseUser = host.DropUserAsync;
        await host.StartAsync(new Dictionary<string, string?>
        {
            ["VAULT_ADDR"] = host.Vault.Address.ToString(),
            ["VAULT_ROLE_ID"] = MinimalVault.RoleId,
            ["VAULT_SECRET_ID"] = "secret-canary-91c2",
            ["Vault:PollInterval"] = "00:10:00",
            ["Connections:Grace"] = "00:00:01",
            ["Connections:CredentialCheckInterval"] = credentialCheckInterval,
            ["Certificates:Directory"] = certificates,
            ["Certificates:PollInterval"] = "00:00:00.1",
            ["Vault:MongoDB:Mode"] = dynamicUsers ? "Dynamic" : "KeyValue",
        }, ear);
        return host;
    }

    public void WriteMongo(string password, int? port = null) =>
        Vault.Write("credit-system/mongodb", new { connection_string = $"mongodb://{User}:{password}@127.0.0.1:{port ?? Mongo.Port}/?authSource=admin", database_name = "connections" });

    public void WriteRedis() => Vault.Write("credit-system/redis", new { host = "127.0.0.1", port = Redis.Port, password = Redis.Password });

    /// <summary>Another user with another password, as the database engine of Vault makes them.</summary>
    public async Task<string> CreateUserAsync()
    {
        User = NewName();
        var password = MongoPassword = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var roles = new BsonArray { new BsonDocument { ["role"] = "readWriteAnyDatabase", ["db"] = "admin" }, new BsonDocument { ["role"] = "clusterAdmin", ["db"] = "admin" } };
        await _admin.RunCommandAsync<BsonDocument>(new BsonDocument { ["createUser"] = User, ["pwd"] = password, ["roles"] = roles }, cancellationToken: Token);
        return password;
    }

    public async Task<(string User, string Password)> CreateNamedUserAsync()
    {
        var password = await CreateUserAsync();
        return (User, password);
    }

    public async Task<string> ChangeMongoPasswordAsync()
    {
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        await _admin.RunCommandAsync<BsonDocument>(new BsonDocument { ["updateUser"] = User, ["pwd"] = password }, cancellationToken: Token);
        return password;
    }

    public Task DropUserAsync(string user) => _admin.RunCommandAsync<BsonDocument>(new BsonDocument("dropUser", user), cancellationToken: CancellationToken.None);

    public async Task<(HttpStatusCode Status, string Text)> HealthAsync(HttpMethod method)
    {
        using var request = new HttpRequestMessage(method, "/health");
        using var answer = await Client.SendAsync(request, Token);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
    }

    /// <summary>The document of the health once it begins so.</summary>
    public async Task<string> UntilHealthAsync(string start, string part = "")
    {
        for (var i = 0; ; i++)
        {
            var (_, text) = await HealthAsync(HttpMethod.Get);
            if (text.StartsWith(start, StringComparison.Ordinal) && text.Contains(part, StringComparison.Ordinal))
                return text;
            Assert.True(i < 150, text);
            await Task.Delay(100, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await Vault.DisposeAsync();
    }

    private async Task StartAsync(Dictionary<string, string?> configuration, Eavesdropper? ear)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        if (ear is not null)
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(ear);
        builder.Environment.EnvironmentName = "Production";
        builder.Configuration.AddInMemoryCollection(configuration);
        await builder.AddSecretsAsync(beforeLoading: builder.AddTlsAsync);
        builder.AddConnections();
        builder.AddHealth();
        _app = builder.Build();
        _app.MapHealth();
        // For anyone: this host has no authentication.
        Delegate status = GetVaultStatus.HandleAsync;
        Delegate sources = ListConfigSources.Handle;
        _app.MapGet("/vault/status", status);
        _app.MapGet("/config/sources", sources);
        await _app.StartAsync(Token);
    }

    private static string NewName() => $"app{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
}
