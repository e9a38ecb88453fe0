using System.Buffers;
using System.Text.Json;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Http.Timeouts;

namespace CreditSystem.Api.Features.AuditTrail;

internal static class ExportAuditEvents
{
    public static Results<AuditEventLines, ProblemHttpResult> HandleAsync(
        RequestCaller caller, SecurityAuditStore store, SecurityAuditTrail trail, [AsParameters] AuditFilter filter)
    {
        if (!AuditSearch.Query(caller, filter, isNewestFirst: false).TryGet(out var query, out var problem))
            return problem;
        return new AuditEventLines(store, trail, query);
    }
}

/// <summary>One JSON object per line, oldest first, as they are read: the export is never in memory as a whole.</summary>
internal sealed class AuditEventLines(SecurityAuditStore store, SecurityAuditTrail trail, SecurityAuditQuery query) : IResult
{
    public const string ContentType = "application/x-ndjson";

    private const int FlushBytes = 32 * 1024;

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        var (response, aborted) = (httpContext.Response, httpContext.RequestAborted);
        await trail.FlushAsync(aborted);
        response.ContentType = ContentType;
        response.Headers.ContentDisposition = "attachment; filename=\"audit-events.ndjson\"";
        var writer = response.BodyWriter;
        await foreach (var found in AuditSearch.ReadAsync(store, query, after: null, aborted))
        {
            await using (var json = new Utf8JsonWriter(writer))
                JsonSerializer.Serialize(json, found, ApiJson.Default.AuditEventResponse);
            writer.Write(NewLine);
            if (writer.UnflushedBytes > FlushBytes)
                await writer.FlushAsync(aborted);
        }

        await writer.FlushAsync(aborted);
    }
}
