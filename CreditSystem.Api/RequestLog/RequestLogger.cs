using System.Security.Claims;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.ServiceDefaults.Http;
using CreditSystem.ServiceDefaults.Logging;
using Microsoft.AspNetCore.Diagnostics;

namespace CreditSystem.Api.RequestLog;

/// <summary>
/// One line per request, by which a trace id out of a problem finds what was asked, by whom, and how it ended; of probes one a minute.
/// It names the route and not the path, and neither query, header, address nor body, so that no secret and no personal data is in it.
/// </summary>
internal sealed partial class RequestLogger(RequestDelegate next, ILogger<RequestLogger> logger, TimeProvider time)
{
    private const string None = "-";

    private readonly PollSampler polls = new(time);

    public Task InvokeAsync(HttpContext context) => logger.IsEnabled(LogLevel.Information) ? ObserveAsync(context) : next(context);

    private async Task ObserveAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(context);
        }
        catch
        {
            // The answer has begun already, or the server is about to write this one.
            Write(context, context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status500InternalServerError, started);
            throw;
        }

        Write(context, context.Response.StatusCode, started);
    }

    private void Write(HttpContext context, int status, long started)
    {
        if (context.Request.Path.Value is { } path && ProbePaths.Contains(path) && !polls.IsWorthALine(path, status))
            return;
        // A login has no credential yet, and says whose it is.
        var note = SecurityAuditNote.Find(context);
        Line(
            logger,
            LogText.Clean(context.Request.Method),
            RouteOf(context),
            status,
            ProblemNote.Find(context) ?? None,
            Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 3),
            LogText.Clean(context.User.FindFirst(CredentialClaims.Tenant)?.Value ?? note?.Tenant),
            LogText.Clean(context.User.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? note?.Principal),
            LogText.Clean(ApiProblems.TraceId ?? context.TraceIdentifier));
    }

    /// <summary>What catches exceptions takes the endpoint off the context, and keeps it here.</summary>
    private static string RouteOf(HttpContext context)
    {
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        // A group's route for itself ends in a slash, which nobody sends.
        return (endpoint as RouteEndpoint)?.RoutePattern.RawText is { Length: > 0 } route
            ? route.Length > 1 && route[^1] == '/' ? route[..^1] : route
            : None;
    }

    [LoggerMessage(1100, LogLevel.Information,
        "{Method} {Route} {Status} {Code} in {Milliseconds} ms, tenant {Tenant}, principal {Principal}, trace {TraceId}")]
    private static partial void Line(
        ILogger logger, string method, string route, int status, string code, double milliseconds, string tenant, string principal,
        string traceId);
}
