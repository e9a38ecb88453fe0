using CreditSystem.Api.Authentication;
using CreditSystem.Api.Binding;
using CreditSystem.Api.Docs;
using CreditSystem.Api.Json;
using CreditSystem.Api.Problems;
using CreditSystem.Api.Tests.Contract;
using CreditSystem.Identity;
using CreditSystem.Identity.Tokens;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Access;

/// <summary>Authentication and authorization in front of three small routes.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    public const string Key = "0123456789abcdef0123456789abcdef-first";

    private readonly WebApplication app;

    private readonly ContractCheck contract;

    private AccessHost(WebApplication app, ContractCheck contract) => (this.app, this.contract) = (app, contract);

    public FakeTimeProvider Time => (FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>();

    public AccessTokenIssuer Issuer => app.Services.GetRequiredService<AccessTokenIssuer>();

    public string? SecretKey
    {
        set => app.Configuration[SigningKeys.ConfigurationKey] = value;
    }

    public static async Task<AccessHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Environment.EnvironmentName = Environments.Development;
        builder.Configuration.AddInMemoryCollection(
        [
            new(SigningKeys.ConfigurationKey, Key),
            new("RateLimits:Enabled", "false"),
            // Nothing listens there: what these tests ask, neither server is asked.
            new("ConnectionStrings:credit-system", "mongodb://127.0.0.1:1/"),
            new("ConnectionStrings:redis", "127.0.0.1:1,abortConnect=false"),
        ]);
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        await builder.AddSecretsAsync();
        builder.AddConnections();
        builder.AddProblems();
        builder.AddJson();
        builder.AddCredentials();
        builder.AddAccess();
        builder.AddDocs();
        var app = builder.Build();
        var contract = new ContractCheck();
        contract.Use(app);
        app.UseProblems();
        app.UseAccess();
        app.MapDocs();
        app.MapGet("/scoped", (RequestCaller caller) => caller).RequireScope(Scope.AccountsRead);
        app.MapGet("/silent", () => "said nothing about access");
        app.MapGet("/open", () => "open").AllowAnonymous();
        await app.StartAsync();
        return new AccessHost(app, contract);
    }

    public HttpClient Client(string? token = null)
    {
        var client = app.GetTestClient();
        if (token is not null)
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {token}");
        return client;
    }

    public string Token(string role = Role.User, string tenant = "shop", string subject = "alice") =>
        Issuer.Issue(subject, tenant, role, Role.ScopesOf(role)).Value;

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        contract.AssertKept();
    }
}
