namespace CreditSystem.ServiceDefaults;

/// <summary>Does something again and again until the host stops. What fails is told, and has its next turn.</summary>
/// <param name="time">Tells when a pause is over.</param>
public abstract class PollingService(TimeProvider time) : BackgroundService
{
    /// <summary>The clock of the service.</summary>
    protected TimeProvider Time => time;

    /// <summary>The pause after a turn that has left nothing to do.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>One turn.</summary>
    /// <returns>Whether there is more to do at once.</returns>
    protected abstract Task<bool> PollAsync(CancellationToken cancellationToken);

    /// <summary>Says that a turn has failed.</summary>
    protected abstract void OnFailure(Exception failure);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isMore = false;
            try
            {
                isMore = await PollAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                OnFailure(failure);
            }

            if (!isMore)
                await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
