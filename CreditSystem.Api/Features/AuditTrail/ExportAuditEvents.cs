using System.Buffers;
using System.Text.Json;
using CreditSystem.Identity.SecurityAudit;
using Microsoft.AspNetCore.Http.Timeouts;

namespace CreditSystem.Api.Features.AuditTrail;

internal static class ExportAuditEvents
{
    public const string ContentType = "application/x-ndjson";
    private const int FlushBytes = 32 * 1024;
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>One JSON object per line, oldest first, as they are read: the export is never in memory as a whole.</summary>
    public static async Task HandleAsync(
        HttpContext context, AuditStore store, SecurityAuditTrail trail,
        string? action, string? principal, string? outcome, string? from, string? to)
    {
        if (!AuditSearch.Query(context, isNewestFirst: false, action, principal, outcome, from, to).TryGet(out var query, out var problem))
        {
            await problem.ExecuteAsync(context);
            return;
        }

        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        var aborted = context.RequestAborted;
        await trail.FlushAsync(aborted);
        context.Response.ContentType = ContentType;
        context.Response.Headers.ContentDisposition = "attachment; filename=\"audit-events.ndjson\"";
        var writer = context.Response.BodyWriter;
        await foreach (var found in AuditSearch.ReadAsync(store, query, after: null, aborted))
        {
            await using (var json = new Utf8JsonWriter(writer))
                JsonSerializer.Serialize(json, found, AuditJson.Default.AuditEventResponse);
            writer.Write(NewLine);
            if (writer.UnflushedBytes > FlushBytes)
                await writer.FlushAsync(aborted);
        }
        await writer.FlushAsync(aborted);
    }
}
