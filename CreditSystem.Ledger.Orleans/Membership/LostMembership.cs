using CreditSystem.Ledger.Orleans.Placement;

namespace CreditSystem.Ledger.Orleans.Membership;

/// <summary>
/// What befalls a replica that the others have declared dead, as after a long pause: it ends in good order, so that what starts it
/// starts it again. What it still commits is refused by the number of the block.
/// </summary>
internal sealed partial class LostMembership(
    IHostApplicationLifetime lifetime, ClusterView view, IServiceProvider services, TimeProvider time, ILogger<LostMembership> logger)
    : IFatalErrorHandler
{
    /// <summary>EX_TEMPFAIL of sysexits.h: started again, it works.</summary>
    public const int ExitCode = 75;

    // What it had taken is committed by then, and what waited for another replica has been told to ask elsewhere.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    private ITimer? end;

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        var timer = time.CreateTimer(_ => Environment.Exit(ExitCode), null, GracePeriod, Timeout.InfiniteTimeSpan);
        if (Interlocked.CompareExchange(ref end, timer, null) is not null)
        {
            timer.Dispose();
            return;
        }
        LostLog.Ended(logger, exception, context ?? sender?.ToString());
        Environment.ExitCode = ExitCode;
        view.NoteLost();
        foreach (var partition in services.GetRequiredService<CreditLedger>().Partitions)
            partition.StopForwarding();
        lifetime.StopApplication();
    }

    private static partial class LostLog
    {
        [LoggerMessage(
            3712, LogLevel.Critical, "This replica is no member of the cluster any more and ends, to be started again: {Reason}")]
        public static partial void Ended(ILogger logger, Exception? exception, string? reason);
    }
}
