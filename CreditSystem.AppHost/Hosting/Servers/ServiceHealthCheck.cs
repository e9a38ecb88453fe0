using System.Text.Json;
using System.Text.Json.Nodes;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.AppHost.Hosting.Servers;

internal static class ServiceHealthCheckExtensions
{
    private const string Client = "service-health";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Health as the service's own document tells it: a degraded service answers, and is not well.</summary>
    internal static IResourceBuilder<ProjectResource> WithServiceHealthCheck(this IResourceBuilder<ProjectResource> service)
    {
        var builder = service.ApplicationBuilder;
        if (builder.ExecutionContext.IsPublishMode)
            return service;

        var (endpoint, management) = (service.GetEndpoint("http"), service.GetEndpoint("management"));
        var key = $"{service.Resource.Name}_service_check";
        builder.Services.AddHttpClient(Client, http => http.Timeout = Timeout);
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, services =>
            new ServiceHealthCheck(services.GetRequiredService<IHttpClientFactory>(), Client,
                // Where it speaks TLS, its certificate is of no authority that this process knows.
                () => $"{(endpoint.Scheme == Uri.UriSchemeHttps ? management : endpoint).Url}{ProbePaths.Health}"),
            HealthStatus.Unhealthy, null));
        return service.WithHealthCheck(key);
    }
}

/// <summary>Reads <c>{"status":"healthy|degraded|…"}</c>; the HTTP status decides only where there is no such document.</summary>
internal sealed class ServiceHealthCheck(IHttpClientFactory clients, string clientName, Func<string> url) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var http = clients.CreateClient(clientName);
            using var answer = await http.GetAsync(url(), cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return Read(text) ?? (answer.IsSuccessStatusCode ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(
                $"It answers {(int)answer.StatusCode}."));
        }
        catch (Exception failed)
            when (failed is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy(
                failed is HttpRequestException ? $"It does not answer: {failed.Message}" : "It does not answer in time.");
        }
    }

    private static HealthCheckResult? Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject document && document["status"] is JsonValue status
                && status.TryGetValue<string>(out var name)
                ? From(name.ToUpperInvariant(), document["reasons"] is JsonArray { Count: > 0 } reasons ? string.Join("; ", reasons) : text)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HealthCheckResult From(string status, string why) => status switch
    {
        "HEALTHY" => HealthCheckResult.Healthy(),
        "DEGRADED" => HealthCheckResult.Degraded(why),
        _ => HealthCheckResult.Unhealthy(why),
    };
}
