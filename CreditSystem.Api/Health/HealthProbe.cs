namespace CreditSystem.Api.Health;

/// <summary>A check whose answer holds for a second and never takes longer than its timeout, however many ask.</summary>
internal sealed class HealthProbe<T>(Func<CancellationToken, Task<T>> check, T failed, TimeSpan timeout, TimeProvider time)
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _startedAt = DateTimeOffset.MinValue;
    private Task<T> _latest = Task.FromResult(failed);

    public Task<T> CheckAsync()
    {
        lock (_lock)
        {
            // One that still runs is shared, whatever its age.
            if (!_latest.IsCompleted || time.GetUtcNow() - _startedAt < Validity)
                return _latest;
            _startedAt = time.GetUtcNow();
            return _latest = Task.Run(RunAsync);
        }
    }

    private async Task<T> RunAsync()
    {
        using var limit = new CancellationTokenSource(timeout, time);
        try
        {
            return await check(limit.Token).WaitAsync(limit.Token);
        }
#pragma warning disable CA1031 // Whatever goes wrong in a check is its answer.
        catch (Exception)
        {
            return failed;
        }
#pragma warning restore CA1031
    }
}
