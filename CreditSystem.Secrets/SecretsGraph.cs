using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.ServiceDefaults.Logging;

namespace CreditSystem.Secrets;

/// <summary>The parts of this area, put together: they are needed before there is a service provider.</summary>
public sealed record SecretsGraph(
    SecretStore Store, VaultSession Session, VaultLogin Login, AppRoleCredentialsSource Credentials, VaultClientFactory Clients,
    VaultStatus Status, SecretsConfigurationProvider Provider, SecretsMetrics Metrics, KeyCheckValues KeyChecks,
    ILogger Logger) : IDisposable
{
    public static SecretsGraph Create(
        VaultOptions options, IReadOnlyList<IConfigurationProvider> configuration, bool isDevelopment, TimeProvider time, ILogger logger)
    {
        logger = new RepeatedLineFilter(logger, time);
        var metrics = new SecretsMetrics();
        var clients = new VaultClientFactory(options);
        var credentials = new AppRoleCredentialsSource(options);
        var login = new VaultLogin(
            options, credentials, new SecretIdUnwrapping(options, clients, metrics, logger), clients, metrics, time, logger);
        var session = new VaultSession(login, time);
        var status = new VaultStatus(time, logger);
        var provider = new SecretsConfigurationProvider();
        var reader = options.Address is null
            ? null
            : new SecretReader(options, session, new DatabaseCredentials(options, session, clients, time, logger), time);
        var checks = new KeyCheckValues();
        var review = new SecretReview(
            new SecretLayers(options, configuration, isDevelopment), checks, options, mustBeSecure: !isDevelopment);
        var store = new SecretStore(
            reader, review, provider, SnapshotFile.Create(options.Snapshot, time, logger), options, status, metrics, time, logger);
        metrics.Observe(store, session, credentials, time);
        return new SecretsGraph(store, session, login, credentials, clients, status, provider, metrics, checks, logger);
    }

    public void Dispose()
    {
        Session.Dispose();
        Store.Dispose();
        Clients.Dispose();
        Metrics.Dispose();
    }
}
