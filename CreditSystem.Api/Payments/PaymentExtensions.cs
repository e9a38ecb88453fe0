using System.Net;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Api.Payments.Notices;
using CreditSystem.Api.Payments.Reconciliation;
using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Api.Payments.TopUps.Endpoints;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Payments;

internal static class PaymentExtensions
{
    /// <summary>Adds payments for credits through Stripe; they are in the database of the current <c>MongoConnection</c>.</summary>
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<PaymentOptions>().BindConfiguration(PaymentOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<IValidateOptions<PaymentOptions>, PaymentOptionsValidator>();
        services.AddHttpClient(StripeGateway.HttpClientName, (provider, client) =>
                client.Timeout = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<PaymentOptions>>().Value.TimeoutSeconds))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.All,
            });
        services.AddSingleton<PaymentMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<PaymentMetrics>().Begin());
        services.AddSingleton<StripeGateway>();
        services.AddSingleton<IPaymentProvider>(provider => provider.GetRequiredService<StripeGateway>());
        services.AddSingleton<PaymentLedger>();
        services.AddSingleton<LegacyRefunds>();
        services.AddSingleton<PaymentSettlement>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<IPaymentRecorder>(provider => provider.GetRequiredService<PaymentStore>());
        services.AddSingleton<PaymentService>();
        services.AddSingleton<NoticeStore>();
        services.AddSingleton<NoticeProcessor>();
        services.AddTopUps();
        services.AddReconciliation();
    }

    /// <summary>Maps what callers and Stripe ask about payments, under <c>/v1</c>.</summary>
    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        routes.MapV1().MapPaymentEndpoints();
        routes.MapV1().MapTopUpEndpoints();
        routes.MapReconciliation();
        routes.MapNotices();
    }
}

/// <summary>Says everything that is wrong with the prices, and where.</summary>
internal sealed class PaymentOptionsValidator : IValidateOptions<PaymentOptions>
{
    public ValidateOptionsResult Validate(string? name, PaymentOptions options)
    {
        var problems = PaymentOffer.Problems(options).ToList();
        return problems.Count > 0 ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
