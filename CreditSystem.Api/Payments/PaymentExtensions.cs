using System.Net;
using CreditSystem.Api.Payments.Endpoints;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Payments;

internal static class PaymentExtensions
{
    /// <summary>Adds payments for credits through Stripe; they are in the database of the current <c>MongoConnection</c>.</summary>
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<PaymentOptions>().BindConfiguration(PaymentOptions.SectionName).ValidateDataAnnotations()
            .Validate(options => options.MinPrice <= options.MaxPrice, "Payments:MinPrice must not exceed Payments:MaxPrice.")
            .Validate(
                options =>
                    options.Packages.Select(package => package.Id).Distinct(StringComparer.Ordinal).Count() == options.Packages.Count,
                "Payments:Packages must have ids of their own.");
        services.AddHttpClient(StripeGateway.HttpClientName, (provider, client) =>
                client.Timeout = TimeSpan.FromSeconds(provider.GetRequiredService<IOptions<PaymentOptions>>().Value.TimeoutSeconds))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.All,
            });
        services.AddSingleton<PaymentMetrics>();
        services.AddSingleton<StripeGateway>();
        services.AddSingleton<PaymentSettlement>();
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PaymentService>();
    }

    /// <summary>Maps what callers and Stripe ask about payments, under <c>/v1</c>.</summary>
    public static void MapPayments(this IEndpointRouteBuilder routes) => routes.MapV1().MapPaymentEndpoints();
}
