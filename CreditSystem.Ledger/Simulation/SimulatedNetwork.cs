namespace CreditSystem.Ledger.Simulation;

/// <summary>
/// What lies between a replica and the storage: calls take their time, arrive late, twice or never, and answers are lost.
/// </summary>
internal sealed class SimulatedNetwork(SimulationScheduler scheduler)
{
    /// <summary>How many calls in a hundred go wrong.</summary>
    public int FaultPercent { get; set; }

    /// <summary>How much longer reading a page of the log takes at most, in milliseconds.</summary>
    public int PageDelay { get; init; }

    public Task<T> ReadPageAsync<T>(Func<T> effect, CancellationToken cancellationToken) =>
        CallAsync(effect, PageDelay == 0 ? 0 : scheduler.Random.Next(PageDelay / 2, PageDelay), cancellationToken);

    public Task<T> CallAsync<T>(Func<T> effect, CancellationToken cancellationToken) => CallAsync(effect, longer: 0, cancellationToken);

    private async Task<T> CallAsync<T>(Func<T> effect, int longer, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Who gives up does not know whether the call has arrived or will.
        cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
        var fault = scheduler.Chance(FaultPercent) ? (Fault)scheduler.Random.Next(1, 5) : Fault.None;
        if (fault == Fault.RequestLost)
            scheduler.After(longer + Delay(), () => answer.TrySetException(new TimeoutException("simulated: the request was lost")));
        else
            scheduler.After(fault == Fault.Late ? scheduler.Random.Next(100, 6000) : longer + Delay(), () => Arrive(effect, answer, fault));
        // Who waits for several at once is told on the thread of the simulation: of the answer's own task it would be another.
        return await answer.Task;
    }

    private void Arrive<T>(Func<T> effect, TaskCompletionSource<T> answer, Fault fault)
    {
        try
        {
            var result = effect();
            if (fault == Fault.Twice)
                scheduler.After(Delay(), () => ArriveAgain(effect));
            scheduler.After(Delay(), () =>
            {
                if (fault == Fault.AnswerLost)
                    answer.TrySetException(new TimeoutException("simulated: the answer was lost"));
                else
                    answer.TrySetResult(result);
            });
        }
        catch (Exception exception) when (exception is not SimulationViolationException)
        {
            scheduler.After(Delay(), () => answer.TrySetException(exception));
        }
    }

    private static void ArriveAgain<T>(Func<T> effect)
    {
        try
        {
            effect();
        }
        catch (TimeoutException)
        {
            // Nobody waits for it.
        }
    }

    private int Delay() => scheduler.Random.Next(1, 6);

    private enum Fault
    {
        None,
        RequestLost,
        AnswerLost,
        Twice,
        Late,
    }
}

/// <summary>Something that must never be has been seen.</summary>
internal sealed class SimulationViolationException(string message) : Exception(message);
