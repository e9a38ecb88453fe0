using CreditSystem.Api.Hardening;
using CreditSystem.Api.Modules;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Api.Features.Modules;

/// <param name="Status">healthy, degraded (works with less than it should have) or unhealthy.</param>
/// <param name="Detail">Why, where it is not healthy: for those who run the installation, on the management port.</param>
public sealed record ModuleResponse(
    string Name, [property: AllowedValues("healthy", "degraded", "unhealthy")] string Status, string? Detail);

/// <param name="Status">The worst of the modules'.</param>
public sealed record ModulesResponse(
    [property: AllowedValues("healthy", "degraded", "unhealthy")] string Status, IReadOnlyList<ModuleResponse> Modules);

/// <summary>
/// The original's view of its modules, from the health checks. A tenant learns which of them work; why one does not is about the
/// installation, and said on the management port alone.
/// </summary>
internal static class ModuleEndpoints
{
    public static void MapModules(this IEndpointRouteBuilder routes)
    {
        var modules = routes.MapStrict("/modules").WithTags("Modules").RequireScope(Scope.OpsRead, orOnManagementPort: true)
            .ProducesReadProblems();
        modules.MapGet("/status", ListAsync).WithName("ListModules").WithSummary("Read the health of all modules");
        // One type under two statuses is more than a signature can say.
        modules.MapGet("/{name}/health", GetAsync).WithName("GetModuleHealth").WithSummary("Read the health of one module")
            .Produces<ModuleResponse>().Produces<ModuleResponse>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Ok<ModulesResponse>> ListAsync(
        RequestPort port, HealthCheckService checks, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains(ModulesExtensions.Tag), cancellationToken);
        var modules = report.Entries.Select(entry => From(port, entry.Key, entry.Value))
            .OrderBy(module => module.Name, StringComparer.Ordinal);
        return TypedResults.Ok(new ModulesResponse(WireNames.From(report.Status), [.. modules]));
    }

    private static async Task<Results<JsonHttpResult<ModuleResponse>, ProblemHttpResult>> GetAsync(
        RequestPort port, HealthCheckService checks, string name, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(
            check => check.Tags.Contains(ModulesExtensions.Tag) && check.Name == name, cancellationToken);
        if (!report.Entries.TryGetValue(name, out var entry))
            return ApiProblems.NotFound("module");
        return TypedResults.Json(
            From(port, name, entry), ApiJson.Default.ModuleResponse,
            statusCode: entry.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    private static ModuleResponse From(RequestPort port, string name, HealthReportEntry entry) =>
        new(name, WireNames.From(entry.Status), port.IsManagement ? Detail(entry) : null);

    // A check that has thrown says what it was in the log alone.
    private static string? Detail(HealthReportEntry entry) => entry.Exception is null ? entry.Description : "The check has failed.";
}
