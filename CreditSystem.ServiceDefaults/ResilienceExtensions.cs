using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace CreditSystem.ServiceDefaults;

internal static class ResilienceExtensions
{
    /// <summary>
    /// The standard handler retries POST as well, which doubles unkeyed writes; here only safe methods are tried again.
    /// </summary>
    internal static void AddSafeResilience(this IHttpClientBuilder http) =>
        http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
}
