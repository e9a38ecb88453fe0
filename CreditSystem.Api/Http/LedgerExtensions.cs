using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Api.Features.Lists;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Features.Usage;
using CreditSystem.Api.Features.Verification;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Verification;
using CreditSystem.Secrets.Rotation;
using CreditSystem.ServiceDefaults;
using Microsoft.AspNetCore.Diagnostics;

namespace CreditSystem.Api.Http;

internal static class LedgerExtensions
{
    /// <summary>Adds the ledger; its log is in the database of the current <c>MongoConnection</c>.</summary>
    public static WebApplicationBuilder AddLedger(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LedgerOptions>().BindConfiguration(LedgerOptions.SectionName)
            .ValidateDataAnnotations();
        builder.Services.AddLedgerMongoDb(services => services.GetRequiredService<MongoConnection>().ExecuteAsync);
        builder.Services.AddLedger((services, verification) => Report(services.GetService<HealthReasons>(), verification));
        // Ahead of the handler that answers all the rest.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IExceptionHandler, LedgerExceptionHandler>());
        builder.Services.AddSingleton<AccountLookup>();
        builder.Services.AddSingleton<FoundGrant>();
        builder.Services.AddSingleton<ListBinder>();
        builder.Services.AddSingleton<ListService>();
        return builder;
    }

    /// <summary>Maps the routes that move and show credits under <c>/v1</c>. The application must use the exception handler.</summary>
    public static IEndpointRouteBuilder MapLedger(this IEndpointRouteBuilder routes)
    {
        var version = routes.MapV1();
        version.MapAccounts();
        version.MapTransfers();
        version.MapHolds();
        version.MapGrants();
        version.MapLists();
        version.MapUsage();
        version.MapVerification();
        return routes;
    }

    // Everybody may read it: which checks, and no tenant's name.
    private static void Report(HealthReasons? health, LedgerVerification verification)
    {
        var failed = verification.Findings.Select(found => found.Finding.Check).Distinct().Order(StringComparer.Ordinal).ToList();
        if (failed.Count == 0)
            health?.Withdraw("ledger");
        else
            health?.Report("ledger", $"ledger: {string.Join(", ", failed)} does not hold.");
    }
}
