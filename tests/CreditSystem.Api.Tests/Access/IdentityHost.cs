using System.Net;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Docs;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Health;
using CreditSystem.Api.Http;
using CreditSystem.Api.Json;
using CreditSystem.Api.Modules;
using CreditSystem.Api.Payments;
using CreditSystem.Api.Problems;
using CreditSystem.Api.Tests.Contract;
using CreditSystem.Api.Webhooks;
using CreditSystem.Identity;
using CreditSystem.Identity.Tokens;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Orleans;
using CreditSystem.Ledger.Testing;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Driver;

namespace CreditSystem.Api.Tests.Access;

/// <summary>The whole API on the real MongoDB and Redis, with a ledger in memory and a clock that the test turns.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    public const string Password = "four horses and a cart";

    /// <summary>A connection string to where nothing listens.</summary>
    public const string NoRedis = "127.0.0.1:1";

    private readonly WebApplication app;
    private readonly World world;
    private readonly ContractCheck contract;
    private readonly bool isReplica;

    private IdentityHost(WebApplication app, World world, ContractCheck contract, bool isReplica) =>
        (this.app, this.world, this.contract, this.isReplica) = (app, world, contract, isReplica);

    public IMongoDatabase Database => world.Database;

    public IServiceProvider Services => app.Services;

    public FakeTimeProvider Time => (FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>();

    /// <param name="mongo">Where the users are.</param>
    /// <param name="redis">A connection string; another than the shared server's for a test that takes Redis away.</param>
    /// <param name="configuration">Settings besides the keys.</param>
    /// <param name="configure">Services besides the API's.</param>
    public static async Task<IdentityHost> StartAsync(
        MongoServer mongo, string redis, Dictionary<string, string?>? configuration = null, Action<IServiceCollection>? configure = null) =>
        await StartAsync(new World(await mongo.CreateDatabaseAsync("access"), await mongo.GetConnectionStringAsync(), redis, new InMemoryBlockStore(), new FakeTimeProvider(TimeProvider.System.GetUtcNow())), configuration, configure, isReplica: false);

    /// <summary>Another process of the same installation, as far as one test process can be two.</summary>
    public static Task<IdentityHost> StartReplicaAsync(IdentityHost of, string? redis = null, Dictionary<string, string?>? configuration = null,
        Action<IServiceCollection>? configure = null) =>
        StartAsync(of.world with { Redis = redis ?? of.world.Redis }, configuration, configure, isReplica: true);

    private static async Task<IdentityHost> StartAsync(World world, Dictionary<string, string?>? configuration, Action<IServiceCollection>? configure, bool isReplica)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        // The environment's secrets as they are: only a production refuses those that were made up.
        builder.Environment.EnvironmentName = Environments.Development;
        builder.Configuration.AddInMemoryCollection(
        [
            new(SigningKeys.ConfigurationKey, AccessHost.Key),
            new("Logging:LogLevel:Default", "None"),
            new("Management:Port", $"{ManagementPort}"),
            // All tests share one Redis and one address; those about limits say what they are.
            new("RateLimits:Enabled", "false"),
            // A busy machine is no outage.
            new("RateLimits:RedisPatienceMilliseconds", world.Redis.StartsWith(NoRedis, StringComparison.Ordinal) ? "250" : "10000"),
            new("mongodb:database_name", world.Database.DatabaseNamespace.DatabaseName),
            new("ConnectionStrings:credit-system", world.Mongo),
            new("ConnectionStrings:redis", world.Redis + ",abortConnect=false"),
        ]);
        builder.Configuration.AddInMemoryCollection(configuration ?? []);
        builder.Services.AddSingleton<TimeProvider>(world.Time);
        builder.Services.AddSingleton<IBlockStore>(world.Blocks);
        await builder.AddSecretsAsync();
        builder.AddConnections();
        builder.AddHealth();
        builder.AddHardening();
        builder.AddProblems();
        builder.AddJson();
        builder.AddIdentity();
        builder.AddAccess();
        builder.AddLedger();
        builder.AddLedgerCluster();
        builder.AddUsers();
        builder.AddPayments();
        builder.AddWebhooks();
        builder.AddModules();
        builder.AddDocs();
        builder.Services.Configure<LedgerOptions>(options => options.Partitions = 2);
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 10);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        var contract = new ContractCheck();
        contract.Use(app);
        app.Use(TakeAddressAsync);
        app.UseHardening();
        app.UseProblems();
        app.UseAccess();
        app.MapLedger();
        app.MapIdentity();
        app.MapPayments();
        app.MapWebhooks();
        app.MapHealth();
        app.MapOperations();
        app.MapDocs();
        await app.StartAsync();
        // Connecting takes longer than the API has timeout with Redis; where it is away, the test says so.
        if (!world.Redis.StartsWith(NoRedis, StringComparison.Ordinal))
            await app.Services.GetRequiredService<RedisConnection>().ExecuteAsync((connected, _) => connected.PingAsync(), CancellationToken.None);
        return new IdentityHost(app, world, contract, isReplica);
    }

    /// <summary>All routes of the host.</summary>
    public IReadOnlyList<Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public HttpClient Client(string? token = null, string? address = null)
    {
        var client = app.GetTestClient();
        if (address is not null)
            client.DefaultRequestHeaders.Add(AddressHeader, address);
        if (token is not null)
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        return client;
    }

    /// <summary>A client without a credential on the port of those who run the installation.</summary>
    public HttpClient ManagementClient()
    {
        var client = Client();
        client.DefaultRequestHeaders.Add(PortHeader, "management");
        return client;
    }

    /// <summary>A client with a token of the role, as the token command signs it.</summary>
    public HttpClient ClientOf(string role, string tenant, string subject = "somebody", string? address = null) =>
        Client(app.Services.GetRequiredService<AccessTokenIssuer>().Issue(subject, tenant, role, Role.ScopesOf(role)).Value, address);

    /// <summary>Opens a tenant of a new name and gives its owner's registration.</summary>
    public async Task<Registered> OpenTenantAsync(string? tenant = null, string? address = null)
    {
        tenant ??= $"t-{Guid.NewGuid():N}"[..20];
        return await RegisterAsync(tenant, "olivia", createTenant: true, address);
    }

    public async Task<Registered> RegisterAsync(string tenant, string username, bool createTenant = false, string? address = null)
    {
        var answer = await Client(address: address).PostAsync("/v1/auth/register", new
        {
            tenant,
            username,
            email = $"{username}@example.org",
            password = Password,
            create_tenant = createTenant,
        });
        Assert.True(answer.Status == 201, answer.Text);
        var (user, tokens) = (answer.Body["user"]!, answer.Body["tokens"]!);
        return new Registered(this, tenant, (string)user["id"]!, (string)user["wallet"]!, (string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
    }

    /// <summary>Who connects, and to which port: without a network between them, the test says it.</summary>
    public const string AddressHeader = "X-Test-Address";

    private const string PortHeader = "X-Test-Port";

    private const int ManagementPort = 8081;

    private static Task TakeAddressAsync(HttpContext context, RequestDelegate next)
    {
        context.Connection.RemoteIpAddress = IPAddress.Parse(context.Request.Headers[AddressHeader].FirstOrDefault() ?? "127.0.0.1");
        context.Connection.LocalPort = context.Request.Headers.ContainsKey(PortHeader) ? ManagementPort : 5001;
        return next(context);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (!isReplica)
            await Database.Client.DropDatabaseAsync(Database.DatabaseNamespace.DatabaseName);
        contract.AssertKept();
    }
}

/// <summary>What the replicas of an installation share.</summary>
internal sealed record World(IMongoDatabase Database, string Mongo, string Redis, InMemoryBlockStore Blocks, FakeTimeProvider Time);

internal sealed record Registered(IdentityHost Host, string Tenant, string Id, string Wallet, string AccessToken, string RefreshToken)
{
    public HttpClient Client { get; } = Host.Client(AccessToken);
}
