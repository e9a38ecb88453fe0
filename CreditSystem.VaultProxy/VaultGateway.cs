using CreditSystem.VaultProxy.Caching;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Logins;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy;

/// <summary>The way of a request. Steps 1 to 7 are here, those of the forwarding itself in <see cref="VaultForwarder"/>.</summary>
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
        // 1. Judge it by the allow-list, on the bytes as they came, and find out who asks.
        var request = policy.Evaluate(context);
        var caller = VaultCaller.Read(context);
        var span = ProxyTracing.Start(request);
        try
        {
            // A replica that leaves wants no further request on this connection.
            if (drain.IsDraining)
                context.Response.Headers.Connection = "close";
            await ServeAsync(context, request, caller);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        finally
        {
            // 7. Count it and write its access line, with neither path nor token.
            Record(context, request, caller, time.GetElapsedTime(started));
            ProxyTracing.Stop(span, request, context.Response.StatusCode, context.Response.Headers["X-Cache"]);
        }
    }

    private async ValueTask ServeAsync(HttpContext context, VaultRequest request, VaultCaller caller)
    {
        // 2. What is not allowed ends here.
        if (request.Denial != DenialReason.None)
        {
            metrics.CountDenial(request.Denial);
            await VaultErrors.WriteDenialAsync(context, request);
        }
        // 3. So does what exceeds the caller's rate.
        else if (!limits.TryTake(caller, out var retryAfter))
        {
            metrics.CountDenial(DenialReason.RateLimited);
            await VaultErrors.WriteAsync(context, StatusCodes.Status429TooManyRequests, "request rate limit of vault-proxy exceeded",
                retryAfter);
        }
        // 4. A login is forwarded by the guard, unless it might lock its role_id for everyone.
        else if (request.Route!.MountClass == MountClass.Login)
        {
            await logins.ServeAsync(context, request, caller);
        }
        // 5. The cache serves what it may, and forwards what it learns from.
        else if (!await cache.TryServeAsync(context, request, caller))
        {
            // 6. All else is forwarded.
            await forwarder.ForwardAsync(context, request, caller);
        }
    }

    private void Record(HttpContext context, in VaultRequest request, in VaultCaller caller, TimeSpan elapsed)
    {
        var mountClass = request.Route?.MountLabel ?? "unknown";
        var operation = VaultMethodNames.Label(request.Operation);
        metrics.CountRequest(mountClass, operation, context.Response.StatusCode, elapsed.TotalSeconds);
        accessLog.Write(request, mountClass, operation, context.Response.StatusCode, elapsed.TotalMilliseconds, caller.Token);
    }
}
