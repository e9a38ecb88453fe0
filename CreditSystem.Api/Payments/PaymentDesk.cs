using System.Net;

namespace CreditSystem.Api.Payments;

/// <summary>Asks the provider how a payment stands and brings ledger and memory there. The one way by which credits are ever bought.</summary>
internal sealed class PaymentDesk(StripeGateway provider, PaymentSettlement settlement, PaymentStore store)
{
    /// <exception cref="PaymentException">The provider does not answer, or knows no such payment.</exception>
    public async Task<(PaymentState State, Settlement Settlement)> BringUpToDateAsync(string id, CancellationToken cancellationToken)
    {
        var state = await provider.FindAsync(id, cancellationToken);
        var settled = await settlement.SettleAsync(state);
        if (state.Order is not null)
            await store.RecordAsync(id, state.Status, settled, cancellationToken);
        return (state, settled);
    }
}

internal static class PaymentsExtensions
{
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<PaymentOptions>().BindConfiguration(PaymentOptions.SectionName).ValidateDataAnnotations()
            .Validate(options => options.MinPrice <= options.MaxPrice, "Payments:MinPrice must not exceed Payments:MaxPrice.")
            .Validate(options => options.Packages.Select(package => package.Id).Distinct(StringComparer.Ordinal).Count() == options.Packages.Count, "Payments:Packages must have ids of their own.");
        services.AddHttpClient(StripeGateway.HttpClientName, (provider, client) =>
                client.Timeout = TimeSpan.FromSeconds(provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<PaymentOptions>>().Value.TimeoutSeconds))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All });
        services.AddSingleton<PaymentMetrics>();
        services.AddSingleton<StripeGateway>();
        services.AddSingleton<PaymentSettlement>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PaymentDesk>();
    }
}
