using CreditSystem.ServiceDefaults;

namespace CreditSystem.Api.Payments.TopUps;

internal static class TopUpExtensions
{
    /// <summary>Adds what keeps accounts above a threshold by charging saved payment methods.</summary>
    public static void AddTopUps(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<TopUpOptions>().BindConfiguration(TopUpOptions.SectionName).ValidateDataAnnotations();
        services.AddSingleton<TopUpMetrics>();
        services.AddCounterInitialization(provider => provider.GetRequiredService<TopUpMetrics>().Begin());
        services.AddSingleton<TopUpStore>();
        services.AddSingleton<SavedCards>();
        services.AddSingleton<TopUpCharger>();
        services.AddSingleton<TopUpNotifier>();
        services.AddSingleton<TopUpWatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<TopUpWatcher>());
    }
}
