using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Health;

/// <summary>The probes behind <c>/health</c>.</summary>
internal sealed class HealthProbes
{
    public HealthProbes(
        MongoConnection mongo, RedisConnection redis, VaultClientFactory clients, VaultOptions vault, IOptions<ConnectionOptions> options,
        TimeProvider time)
    {
        var timeout = options.Value.ConnectTimeout;
        Mongo = ProbeOf(mongo.PingAsync);
        Redis = ProbeOf(redis.PingAsync);
        Vault = new HealthProbe<int?>(
            async token => vault.Address is null ? null : await AskVaultAsync(clients, token), failed: null, timeout, time);

        HealthProbe<bool> ProbeOf(Func<CancellationToken, Task> ping) => new(
            async token =>
            {
                await ping(token);
                return true;
            },
            failed: false, timeout, time);
    }

    public HealthProbe<bool> Mongo { get; }

    public HealthProbe<bool> Redis { get; }

    /// <summary>The status with which Vault answers its health call; null when nothing answers as a Vault does.</summary>
    public HealthProbe<int?> Vault { get; }

    // Without a token: the health call must not cause a login.
    private static async Task<int?> AskVaultAsync(VaultClientFactory clients, CancellationToken cancellationToken) =>
        (await clients.Create(login: null).V1.System.GetHealthStatusAsync(standbyOk: true).WaitAsync(cancellationToken)).HttpStatusCode;
}
