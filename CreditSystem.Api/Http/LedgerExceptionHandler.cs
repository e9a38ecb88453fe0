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
        await Describe(unavailable).ExecuteAsync(httpContext);
        return true;
    }

    private static ProblemHttpResult Describe(LedgerUnavailableException unavailable)
    {
        var (code, retryAfterSeconds) = unavailable.Reason switch
        {
            LedgerUnavailableReason.TooLarge => (ProblemCodes.PayloadTooLarge, 0),
            LedgerUnavailableReason.QueueFull => ("overloaded", 1),
            LedgerUnavailableReason.Stopping => ("stopping", 2),
            LedgerUnavailableReason.NewerRules => ("ledger_newer", 10),
            LedgerUnavailableReason.OlderRules => ("ledger_older", 60),
            LedgerUnavailableReason.Corrupt => ("ledger_corrupt", 60),
            LedgerUnavailableReason.Recovering => ("recovering", 5),
            LedgerUnavailableReason.ClockAhead => ("clock_ahead", 30),
            _ => (ProblemCodes.StorageUnavailable, 2),
        };
        return retryAfterSeconds == 0
            ? ApiProblems.Create(StatusCodes.Status413PayloadTooLarge, code, unavailable.Message)
            : ApiProblems.Unavailable(code, unavailable.Message, retryAfterSeconds);
    }
}
