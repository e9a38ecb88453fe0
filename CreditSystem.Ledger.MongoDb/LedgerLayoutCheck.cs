using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// Lets a process that is configured with another number of logs than its database has not start. Where the database is away
/// then, the process starts all the same, serves nothing of the ledger, and ends as soon as it knows.
/// </summary>
internal sealed partial class LedgerLayoutCheck(
    LedgerDatabase database, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LedgerLayoutCheck> logger) : BackgroundService
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private bool isKnown;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        isKnown = await TryAsync(StartPatience, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!isKnown)
            {
                await Task.Delay(Pause, time, stoppingToken);
                isKnown = await TryAsync(Timeout.InfiniteTimeSpan, stoppingToken);
            }
        }
        catch (LedgerLayoutException wrong)
        {
            LedgerLayoutCheckLog.Wrong(logger, wrong.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    /// <returns>False where the database does not answer.</returns>
    private async Task<bool> TryAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            await database.CheckAsync(deadline.Token);
            return true;
        }
        catch (Exception failure) when (failure is not LedgerLayoutException && !cancellationToken.IsCancellationRequested)
        {
            LedgerLayoutCheckLog.Unknown(logger, failure.GetType().Name);
            return false;
        }
    }

    private static partial class LedgerLayoutCheckLog
    {
        [LoggerMessage(3610, LogLevel.Critical, "The ledger cannot be served: {Sentence}")]
        public static partial void Wrong(ILogger logger, string sentence);

        [LoggerMessage(
            3611, LogLevel.Warning,
            "The database cannot be asked how many logs its ledger has ({Failure}); it is asked again, and nothing of the ledger is "
            + "served before")]
        public static partial void Unknown(ILogger logger, string failure);
    }
}
