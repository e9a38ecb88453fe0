using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Tests.Contract;
using CreditSystem.Identity;
using CreditSystem.Identity.Tokens;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.Access;

/// <summary>The API's own program as it starts in an environment, on the real servers, but for the network in front of it.</summary>
internal sealed class ApiProcess : WebApplicationFactory<RegisterRequest>
{
    private readonly string environment;
    private readonly Dictionary<string, string> settings;
    private readonly ContractCheck contract = new();

    private ApiProcess(string environment, Dictionary<string, string> settings) => (this.environment, this.settings) = (environment, settings);

    public static async Task<ApiProcess> StartAsync(MongoServer mongo, RedisServer redis, string environment, params (string Name, string Value)[] settings)
    {
        var instance = await redis.GetInstanceAsync();
        var database = await mongo.CreateDatabaseAsync("api");
        Dictionary<string, string> all = new()
        {
            ["mongodb:connection_string"] = await mongo.GetConnectionStringAsync(),
            ["mongodb:database_name"] = database.DatabaseNamespace.DatabaseName,
            ["redis:host"] = "127.0.0.1",
            ["redis:port"] = $"{instance.Port}",
            ["redis:password"] = instance.Password,
            [SigningKeys.ConfigurationKey] = AccessHost.Key,
            ["RateLimits:Enabled"] = "false",
            // Nothing leaves this machine, and every row makes what it names anew.
            ["Webhooks:PollMilliseconds"] = "60000",
            ["Webhooks:MaxEndpointsPerTenant"] = "100",
            ["Ledger:Partitions"] = "2",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        return new ApiProcess(environment, all);
    }

    /// <summary>Every route, as <c>METHOD pattern</c>. HEAD is GET without a body, and may not do anything else.</summary>
    public IEnumerable<string> Routes => Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            .Where(method => method != "HEAD").Select(method => $"{method} /{endpoint.RoutePattern.RawText?.Trim('/')}")).Distinct().Order(StringComparer.Ordinal);

    public HttpClient Client(string? token = null)
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        if (token is not null)
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        return client;
    }

    public HttpClient ClientOf(string role, string tenant, string subject) =>
        Client(Services.GetRequiredService<AccessTokenIssuer>().Issue(subject, tenant, role, Role.ScopesOf(role)).Value);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(environment);
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services => services.AddSingleton(contract.First)
            .Configure<PasswordHasherOptions>(options => options.IterationCount = 10));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        contract.AssertKept();
    }
}
