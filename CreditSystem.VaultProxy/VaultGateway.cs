using CreditSystem.VaultProxy.Caching;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy;

/// <summary>The way of a request: judged, limited, answered from the cache or forwarded, counted.</summary>
internal sealed class VaultGateway(
    RequestPolicy policy,
    RequestLimits limits,
    VaultForwarder forwarder,
    LoginGuard logins,
    KvCache cache,
    GracefulDrain drain,
    ProxyMetrics metrics,
    AccessLog accessLog,
    TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var request = policy.Evaluate(context);
        var caller = VaultCaller.Read(context);
        var span = ProxyTracing.Start(request);
        try
        {
            if (drain.IsDraining)
                context.Response.Headers.Connection = "close";
            await ServeAsync(context, request, caller);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        finally
        {
            Record(context, request, caller, time.GetElapsedTime(started));
            ProxyTracing.Stop(span, request, context.Response.StatusCode, context.Response.Headers["X-Cache"]);
        }
    }

    private async ValueTask ServeAsync(HttpContext context, VaultRequest request, VaultCaller caller)
    {
        if (request.Denial != DenialReason.None)
        {
            metrics.CountDenial(request.Denial);
            await VaultErrors.WriteDenialAsync(context, request);
        }
        else if (!limits.TryTake(caller, out var retryAfter))
        {
            metrics.CountDenial(DenialReason.RateLimited);
            await VaultErrors.WriteAsync(context, StatusCodes.Status429TooManyRequests, "request rate limit of vault-proxy exceeded", retryAfter);
        }
        else if (request.Route!.MountClass == MountClass.Login)
        {
            await logins.ServeAsync(context, request, caller);
        }
        else if (!await cache.TryServeAsync(context, request, caller))
        {
            await forwarder.ForwardAsync(context, request, caller);
        }
    }

    private void Record(HttpContext context, in VaultRequest request, in VaultCaller caller, TimeSpan elapsed)
    {
        var mountClass = request.Route?.MountLabel ?? "unknown";
        var operation = VaultMethodLabels.Get(request.Operation);
        metrics.CountRequest(mountClass, operation, context.Response.StatusCode, elapsed.TotalSeconds);
        accessLog.Write(VaultMethodLabels.Get(request.Method), mountClass, operation, context.Response.StatusCode, elapsed.TotalMilliseconds, caller.Token);
    }
}
