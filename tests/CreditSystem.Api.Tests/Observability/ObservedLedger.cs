using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Testing;
using CreditSystem.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>The ledger's routes with the telemetry that services have.</summary>
internal static class ObservedLedger
{
    /// <summary>Spans are made where somebody takes them; that nobody listens at this address changes nothing.</summary>
    public const string Exporter = "http://127.0.0.1:9";

    private const int MaxInstruments = 100_000;

    public static Task<LedgerHost> StartAsync(
        Dictionary<string, string?>? settings = null, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null, IBlockStore? store = null, TimeProvider? time = null) =>
        LedgerHost.StartAsync(
            store ?? new InMemoryBlockStore(),
            time,
            build: builder =>
            {
                builder.Configuration.AddInMemoryCollection(settings ?? []);
                builder.AddServiceDefaults();
                // A provider sees the meters of all hosts in the process, and drops what is beyond a thousand instruments: its own.
                builder.Services.ConfigureOpenTelemetryMeterProvider(provider => provider.SetMaxMetricStreams(MaxInstruments));
                builder.Logging.ClearProviders();
                build?.Invoke(builder);
            },
            map: app =>
            {
                app.MapDefaultEndpoints();
                map?.Invoke(app);
            });
}
