using CreditSystem.Api.Problems;
using CreditSystem.Ledger.Partitions;
using Microsoft.AspNetCore.Diagnostics;

namespace CreditSystem.Api.Http;

/// <summary>Answers 503 where the ledger could not decide; a retry with the same key gets the one outcome.</summary>
internal sealed class LedgerExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not LedgerUnavailableException unavailable)
            return false;
        if (unavailable.Reason == LedgerUnavailableReason.TooLarge)
        {
            await Problem.Of(StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, unavailable.Message).ExecuteAsync(httpContext);
            return true;
        }
        var (code, retryAfter) = unavailable.Reason switch
        {
            LedgerUnavailableReason.QueueFull => ("overloaded", "1"),
            LedgerUnavailableReason.Stopping => ("stopping", "2"),
            LedgerUnavailableReason.NewerRules => ("ledger_newer", "10"),
            LedgerUnavailableReason.Corrupt => ("ledger_corrupt", "60"),
            LedgerUnavailableReason.Recovering => ("recovering", "5"),
            LedgerUnavailableReason.ClockAhead => ("clock_ahead", "30"),
            _ => (ProblemCodes.StorageUnavailable, "2"),
        };
        httpContext.Response.Headers.RetryAfter = retryAfter;
        await Problem.Of(StatusCodes.Status503ServiceUnavailable, code, unavailable.Message).ExecuteAsync(httpContext);
        return true;
    }
}
