using System.Security.Claims;
using System.Text.Encodings.Web;
using CreditSystem.Api.Http;
using CreditSystem.Api.Json;
using CreditSystem.Api.Problems;
using CreditSystem.Api.Tests.Contract;
using CreditSystem.Identity;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Lists;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>The ledger's routes over a log in memory; the caller is whom the request's headers name.</summary>
internal sealed class LedgerHost : IAsyncDisposable
{
    public const string AllScopes = "accounts:read accounts:write transfers:write grants:write holds:write audit:read ops:read";

    private readonly WebApplication app;

    private readonly ContractCheck contract;

    private LedgerHost(WebApplication app, ContractCheck contract) => (this.app, this.contract) = (app, contract);

    public IServiceProvider Services => app.Services;

    public CreditLedger Ledger => app.Services.GetRequiredService<CreditLedger>();

    public static async Task<LedgerHost> StartAsync(IBlockStore store, TimeProvider? time = null, Action<LedgerOptions>? configure = null, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton<IProjectionStore>((store as InMemoryBlockStore)?.Projections ?? new InMemoryProjectionStore());
        builder.Services.AddSingleton<IVerificationStore>((store as InMemoryBlockStore)?.Verification ?? new InMemoryVerificationStore());
        builder.Services.AddSingleton<IIndexedKeyStore>(new InMemoryIndexedKeyStore());
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
        builder.Services.AddAuthorization();
        builder.AddProblems();
        builder.AddJson();
        builder.AddLedger();
        builder.Services.Configure<LedgerOptions>(options =>
        {
            options.Partitions = 4;
            // A busy machine is no outage.
            options.CommitTimeoutSeconds = 60;
            configure?.Invoke(options);
        });
        build?.Invoke(builder);
        var app = builder.Build();
        var contract = new ContractCheck();
        contract.Use(app);
        app.UseProblems();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapLedger();
        map?.Invoke(app);
        await app.StartAsync();
        return new LedgerHost(app, contract);
    }

    /// <summary>A client for one tenant; with a holder, for a user who sees only its own accounts.</summary>
    public HttpClient Client(string tenant = "shop", string? holder = null, string scopes = AllScopes)
    {
        var client = app.GetTestClient();
        client.DefaultRequestHeaders.Add("X-Tenant", tenant);
        client.DefaultRequestHeaders.Add("X-Scopes", scopes);
        if (holder is not null)
            client.DefaultRequestHeaders.Add("X-Holder", holder);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        contract.AssertKept();
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-Tenant"] is not [{ } tenant])
                return Task.FromResult(AuthenticateResult.NoResult());
            var holder = Request.Headers["X-Holder"].FirstOrDefault();
            var identity = new ClaimsIdentity(
            [
                new(CredentialClaims.Tenant, tenant),
                new(ClaimTypes.NameIdentifier, holder ?? "key-1"),
                new(CredentialClaims.Scope, Request.Headers["X-Scopes"].ToString()),
                new(CredentialClaims.Role, holder is null ? "application" : "user"),
            ], "test");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "test")));
        }
    }
}
