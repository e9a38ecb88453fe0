using CreditSystem.ServiceDefaults.Logging;

namespace CreditSystem.Api.RequestLog;

internal static class RequestLogExtensions
{
    /// <summary>Adds the line of each request. A level of <c>Warning</c> for this namespace leaves it out.</summary>
    internal static void AddRequestLog(this IHostApplicationBuilder builder) =>
        builder.AddAccessLog(typeof(RequestLogger).FullName!);

    /// <summary>Goes before everything else, so that the line has what the caller has been answered.</summary>
    internal static void UseRequestLog(this IApplicationBuilder app) => app.UseMiddleware<RequestLogger>();
}
