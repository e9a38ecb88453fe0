using System.Text.Json.Serialization;
using CreditSystem.Api.Authentication;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Http;
using CreditSystem.Api.Modules;
using CreditSystem.Identity;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Features.Modules;

/// <param name="Status">healthy, degraded (works with less than it should have) or unhealthy.</param>
/// <param name="Detail">Why, where it is not healthy: for those who run the installation, on the management port.</param>
public sealed record ModuleResponse(string Name, string Status, string? Detail);

/// <param name="Status">The worst of the modules'.</param>
public sealed record ModulesResponse(string Status, IReadOnlyList<ModuleResponse> Modules);

/// <summary>
/// The original's view of its modules, from the health checks. A tenant learns which of them work; why one does not is about the
/// installation, and said on the management port alone.
/// </summary>
internal static class ModuleEndpoints
{
    public static void MapModules(this IEndpointRouteBuilder routes)
    {
        var modules = routes.MapGroup("/modules").WithTags("Modules").RequireScope(Scope.OpsRead, orOnManagementPort: true).ProducesReadProblems();
        modules.MapGet("/status", ListAsync).WithName("ListModules").WithSummary("Read the health of all modules").Produces<ModulesResponse>();
        modules.MapGet("/{name}/health", GetAsync).WithName("GetModuleHealth").WithSummary("Read the health of one module")
            .Produces<ModuleResponse>().Produces<ModuleResponse>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ListAsync(HttpContext context, HealthCheckService checks)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ModulesExtensions.Tag), context.RequestAborted);
        var modules = report.Entries.Select(entry => Of(context, entry.Key, entry.Value)).OrderBy(module => module.Name, StringComparer.Ordinal).ToList();
        return TypedResults.Json(new ModulesResponse(Word(report.Status), modules), ModuleJson.Default.ModulesResponse);
    }

    private static async Task<IResult> GetAsync(HttpContext context, HealthCheckService checks, string name)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ModulesExtensions.Tag) && check.Name == name, context.RequestAborted);
        if (!report.Entries.TryGetValue(name, out var entry))
            return Refusal.NotFound("module");
        return TypedResults.Json(
            Of(context, name, entry), ModuleJson.Default.ModuleResponse,
            statusCode: entry.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    // A check that has thrown says what it was in the log alone.
    private static ModuleResponse Of(HttpContext context, string name, HealthReportEntry entry) =>
        new(name, Word(entry.Status), ManagementPort.IsUsedBy(context) ? entry.Exception is null ? entry.Description : "The check has failed." : null);

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModulesResponse))]
[JsonSerializable(typeof(ModuleResponse))]
internal sealed partial class ModuleJson : JsonSerializerContext;
