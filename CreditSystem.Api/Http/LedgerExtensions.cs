using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Features.Usage;
using CreditSystem.Api.Features.Verification;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Outbox;
using CreditSystem.Ledger.Projection;
using CreditSystem.Ledger.Verification;
using CreditSystem.Secrets.Rotation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Http;

internal static class LedgerExtensions
{
    /// <summary>Adds the ledger; its log is in the database of the current <c>MongoConnection</c>.</summary>
    public static WebApplicationBuilder AddLedger(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<LedgerOptions>().BindConfiguration(LedgerOptions.SectionName)
            .ValidateDataAnnotations();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(
            services =>
                new LedgerDatabase(
                    services.GetRequiredService<MongoConnection>(),
                    services.GetRequiredService<IOptions<LedgerOptions>>().Value.Partitions));
        builder.Services.TryAddSingleton<IBlockStore, MongoBlockStore>();
        builder.Services.TryAddSingleton<IProjectionStore, MongoProjectionStore>();
        builder.Services.TryAddSingleton<IVerificationStore, MongoVerificationStore>();
        builder.Services.AddSingleton<OutboxReader>();
        builder.Services.AddSingleton<LedgerMetrics>();
        builder.Services.AddSingleton<CreditLedger>();
        // Before the ledger: a log in other hands, such as a test's, has no database to ask.
        if (builder.Services.Any(service => service.ImplementationType == typeof(MongoBlockStore)))
            builder.Services.AddHostedService<LedgerLayoutCheck>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CreditLedger>());
        builder.Services.AddHostedService<LedgerWatch>();
        builder.Services.AddHostedService<ExpirySweeper>();
        // Ahead of the handler that answers all the rest.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IExceptionHandler, LedgerExceptionHandler>());
        builder.Services.AddSingleton<AccountLookup>();
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
        version.MapUsage();
        version.MapVerification();
        return routes;
    }
}
