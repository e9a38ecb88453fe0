using CreditSystem.Cli.Bootstrap.Values;
using CreditSystem.Cli.Kubernetes;

namespace CreditSystem.Cli.Bootstrap.Databases;

/// <summary>
/// The password that a database server of the cluster starts with: Vault has it, and a Secret gives it to the server.
/// Vault's counts; where Vault has none, the Secret's; where nobody has one, a new one.
/// </summary>
internal sealed class ServerPassword(ClusterSecret secret, string key)
{
    private string? _inSecret;
    private string? _chosen;

    /// <summary>Whether the server can be running: it does not start without its Secret.</summary>
    public bool IsInPlace => _inSecret is not null;

    public static ServerPassword OfMongo(Cluster cluster) => new(cluster.Secret("mongodb-secrets"), "MONGO_INITDB_ROOT_PASSWORD");

    public static ServerPassword OfRedis(Cluster cluster) => new(cluster.Secret("redis-secrets"), "REDIS_PASSWORD");

    public async Task<string> ChooseAsync(string? inVault, CancellationToken cancellationToken)
    {
        _inSecret = await secret.FindAsync(cancellationToken) is { } found ? ClusterSecret.Value(found, key) : null;
        return _chosen = inVault ?? _inSecret ?? Generated.Password();
    }

    /// <param name="changes">Says what is done.</param>
    /// <param name="admitAsync">Makes the running server take the new password, by the one before, which it is given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task WriteAsync(ChangeReporter changes, Func<string, Task> admitAsync, CancellationToken cancellationToken)
    {
        return changes.EnsureAsync($"{secret.Name}: {key}", IsInPlace, _inSecret == _chosen, PutAsync, async () =>
        {
            await admitAsync(_inSecret!);
            await PutAsync();
        });

        Task PutAsync() =>
            secret.PutAsync(new Dictionary<string, string> { [key] = _chosen! }, new Dictionary<string, string>(), cancellationToken);
    }
}
