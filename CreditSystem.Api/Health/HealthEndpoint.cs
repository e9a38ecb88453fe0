using CreditSystem.ServiceDefaults.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Health;

/// <summary>
/// <c>GET</c> and <c>HEAD /health</c>, in the shape that the original system's monitoring reads: 503 only where requests fail.
/// </summary>
internal static class HealthEndpoint
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Adds what <c>/health</c> judges, from the connections and the secrets.</summary>
    public static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HealthProbes>();
        builder.Services.AddSingleton<HealthModel>();
        builder.Services.AddHostedService<HealthWarmUp>();
    }

    public static void MapHealth(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(ProbePaths.Health, Methods, HandleAsync).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(HealthModel model, CancellationToken cancellationToken)
    {
        var health = await model.ReadAsync(cancellationToken);
        return TypedResults.Json(
            HealthDocument.Of(health), ApiJson.Default.HealthDocument,
            statusCode: SystemHealth.Worst(health.Findings) == HealthStatus.Unhealthy
                ? StatusCodes.Status503ServiceUnavailable
                : StatusCodes.Status200OK);
    }
}
