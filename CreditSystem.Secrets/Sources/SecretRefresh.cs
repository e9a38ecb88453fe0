using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Sources;

/// <summary>Compares the versions in Vault with those in use, again and again, each replica at a time of its own.</summary>
internal sealed class SecretRefresh(SecretStore store, VaultStatus status, VaultOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                var wait = options.PollInterval * Jitter();
                status.NextRefreshAt = time.GetUtcNow() + wait;
                await Task.Delay(wait, time, stoppingToken);
                await store.RefreshAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

#pragma warning disable CA5394 // Spreads replicas apart; nothing here is a secret.
    private static double Jitter() => 0.8 + Random.Shared.NextDouble() * 0.4;
#pragma warning restore CA5394
}
