using System.Diagnostics;
using CreditSystem.VaultProxy.Policy;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>Spans without paths: the path of a secret says what it is.</summary>
internal static class ProxyTracing
{
    private static readonly ActivitySource Source = new(ProxyMetrics.MeterName);
    private static readonly string[] TagsWithPaths = ["url.path", "url.query", "url.full", "http.target", "http.url"];

    /// <summary>Takes out of the server's span what ASP.NET Core's instrumentation has put there, and begins one for Vault.</summary>
    internal static Activity? Start(in VaultRequest request)
    {
        if (Activity.Current is { } server)
            Redact(server);
        if (!Source.HasListeners())
            return null;
        var operation = VaultMethodNames.Label(request.Operation);
        var mount = request.Route?.MountLabel ?? "unknown";
        return Source.StartActivity($"vault {operation} {mount}", ActivityKind.Client)?
            .SetTag("vault.mount_class", mount)
            .SetTag("vault.operation", operation);
    }

    internal static void Stop(Activity? span, in VaultRequest request, int status, string? cache)
    {
        if (span is null)
            return;
        span.SetTag("http.response.status_code", status);
        if (request.Denial != DenialReason.None)
            span.SetTag("vault_proxy.denial", request.Denial.ToString());
        if (cache is { Length: > 0 })
            span.SetTag("vault_proxy.cache", cache);
        if (status >= 500)
            span.SetStatus(ActivityStatusCode.Error);
        span.Dispose();
    }

    private static void Redact(Activity server)
    {
        foreach (var tag in TagsWithPaths)
            server.SetTag(tag, null);
    }
}
