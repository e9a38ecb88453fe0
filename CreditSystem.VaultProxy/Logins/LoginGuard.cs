using System.Net;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.RateLimiting;
using CreditSystem.VaultProxy.Telemetry;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>The way of an AppRole login: limited by its role_id, and kept from locking that role for everyone.</summary>
internal sealed class LoginGuard(VaultForwarder forwarder, LoginAttempts attempts, ProxyMetrics metrics,
    IOptions<VaultProxyOptions> options, TimeProvider time)
{
    private readonly RateLimit _rates =
        new(options.Value.RateLimits.LoginsPerMinute / 60, options.Value.RateLimits.LoginBurst, options.Value.RateLimits.MaxPartitions,
            time);

    internal async ValueTask ServeAsync(HttpContext context, VaultRequest request, VaultCaller caller)
    {
        var (login, denial) = await LoginBody.ReadAsync(context, request.Route!.BodyLimitBytes, request.Namespace);
        if (login is null)
        {
            metrics.CountDenial(denial);
            await VaultErrors.WriteDenialAsync(context, denial);
        }
        else if (!_rates.TryTake(login.Role, out var retryAfter))
        {
            await RefuseAsync(context, DenialReason.RateLimited, "login rate limit of vault-proxy exceeded for this role_id", retryAfter);
        }
        else
        {
            await ServeAsync(context, request, caller, login);
        }
    }

    private async ValueTask ServeAsync(HttpContext context, VaultRequest request, VaultCaller caller, LoginBody login)
    {
        var admission = await attempts.EnterAsync(login, context.RequestAborted);
        if (admission.Verdict == LoginVerdict.KnownBad)
        {
            metrics.CountDenial(DenialReason.LoginGuarded);
            await VaultErrors.WriteAsync(context, StatusCodes.Status400BadRequest, VaultErrors.InvalidSecretId);
        }
        else if (admission.Verdict == LoginVerdict.Guarded)
        {
            await RefuseAsync(context, DenialReason.LoginGuarded,
                "too many failed logins of this role_id: vault-proxy keeps Vault from locking it", admission.RetryAfter);
        }
        else
        {
            await ForwardAsync(context, request, caller, login, admission);
        }
    }

    private async ValueTask ForwardAsync(HttpContext context, VaultRequest request, VaultCaller caller, LoginBody login,
        LoginAdmission admission)
    {
        var outcome = LoginOutcome.Unknown;
        try
        {
            // Vault reads a form where the header says so, and this has been judged as JSON.
            context.Request.ContentType = VaultErrors.JsonContentType;
            var interceptor = new LoginInterceptor();
            var error = await forwarder.ForwardAsync(context, request, caller, interceptor, login.Json);
            outcome = interceptor.Outcome
                ?? (context.RequestAborted.IsCancellationRequested ? LoginOutcome.Unknown : LoginOutcome.NotCounted);
            if (outcome == LoginOutcome.Refused
                || (error == ForwarderError.None && context.Response.StatusCode >= StatusCodes.Status400BadRequest))
                metrics.CountLoginFailure();
        }
        finally
        {
            attempts.Leave(login, admission, outcome);
        }
    }

    private ValueTask RefuseAsync(HttpContext context, DenialReason reason, string message, TimeSpan retryAfter)
    {
        metrics.CountDenial(reason);
        return VaultErrors.WriteAsync(context, StatusCodes.Status429TooManyRequests, message, retryAfter);
    }

    private sealed class LoginInterceptor : IResponseInterceptor
    {
        public LoginOutcome? Outcome { get; private set; }

        public ValueTask<bool> TryInterceptAsync(HttpResponseMessage? response, ReadOnlyMemory<byte> body, bool isSealed)
        {
            Outcome = response?.StatusCode switch
            {
                null => null,
                HttpStatusCode.OK => LoginOutcome.Accepted,
                HttpStatusCode.BadRequest when VaultErrors.IsInvalidSecretId(body.Span) => LoginOutcome.Refused,
                _ => LoginOutcome.NotCounted,
            };
            return ValueTask.FromResult(false);
        }
    }
}
