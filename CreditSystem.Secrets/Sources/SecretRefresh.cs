using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Sources;

/// <summary>Compares the versions in Vault with those in use, again and again, each replica at a time of its own.</summary>
internal sealed class SecretRefresh(SecretStore store, VaultStatus status, VaultOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var wait = Backoff.Spread(options.PollInterval);
            status.NextRefreshAt = time.GetUtcNow() + wait;
            await Task.Delay(wait, time, stoppingToken);
            await store.RefreshAsync(stoppingToken);
        }
    }
}
