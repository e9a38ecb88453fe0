using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Tokens;
using CreditSystem.Dev.Vault.Wrapping;

namespace CreditSystem.Dev.Vault.Leases;

/// <summary>Takes back what has expired, every second, and at once when the clock has been moved.</summary>
internal sealed partial class Sweeper(VaultClock clock, MountTable mounts, TokenStore tokens, LeaseStore leases, WrappingStore wrapping, ILogger<Sweeper> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private Task _running = Task.CompletedTask;

    public void Start() => _running = RunAsync();

    public async Task SweepAsync()
    {
        await _oneAtATime.WaitAsync();
        try
        {
            await tokens.SweepAsync();
            await leases.SweepAsync();
            wrapping.Sweep();
            foreach (var backend in mounts.Backends.ToList())
            {
                await backend.Gate.WaitAsync();
                try
                {
                    await backend.TickAsync();
                }
                finally
                {
                    backend.Gate.Release();
                }
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _oneAtATime.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                await TrySweepAsync();
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task TrySweepAsync()
    {
        try
        {
            await SweepAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.Failed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8102, LogLevel.Error, "A sweep failed; the next one tries again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
