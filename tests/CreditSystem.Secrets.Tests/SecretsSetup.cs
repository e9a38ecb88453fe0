using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.AppRole;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Secrets.Tests;

/// <summary>The client side under test, put together as the API does, with a log that can be searched.</summary>
internal sealed class SecretsSetup : IDisposable
{
    public const string SigningKey = "canary-signing-key-0123456789abcdef0123456789";

    private readonly IConfigurationRoot _root;

    public SecretsSetup(MinimalVault? vault, FakeTimeProvider? time = null, bool isDevelopment = true, Action<VaultOptions>? configure = null, Dictionary<string, string?>? environment = null)
    {
        Vault = vault;
        Time = time ?? new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        Options = new VaultOptions { Address = vault?.Address, RoleId = MinimalVault.RoleId, SecretId = "secret-canary-91c2" };
        Options.Snapshot.Key = "canary-snapshot-key-0123456789abcdef012345";
        configure?.Invoke(Options);
        var configured = new MemoryConfigurationProvider(new MemoryConfigurationSource { InitialData = environment ?? [] });
        Graph = SecretsGraph.Create(Options, [configured], isDevelopment, Time, Logger);
        Renewal = new TokenRenewal(Graph.Session, Graph.Metrics, Time, Graph.Logger, (token, cancellationToken) => BeforeRevocation(token, cancellationToken));
        Watch = new AppRoleCredentialsWatch(Graph.Credentials, Renewal, Options, Time, Graph.Logger);
        _root = new ConfigurationRoot([configured, Graph.Provider]);
    }

    public MinimalVault? Vault { get; }

    public FakeTimeProvider Time { get; }

    public VaultOptions Options { get; }

    public SecretsGraph Graph { get; }

    public RecordingLogger Logger { get; } = new();

    public IConfigurationRoot Configuration => _root;

    public TokenRenewal Renewal { get; }

    public AppRoleCredentialsWatch Watch { get; }

    public Func<VaultToken, CancellationToken, Task<bool>> BeforeRevocation { get; set; } = (_, _) => Task.FromResult(true);

    public SecretStore Store => Graph.Store;

    public Task<bool> RefreshAsync() => Store.RefreshAsync(TestContext.Current.CancellationToken);

    /// <summary>The four secrets as the bootstrap writes them.</summary>
    public static void WriteAll(MinimalVault vault, string mongoPassword = "canary-mongo-password", string signingKey = SigningKey)
    {
        vault.Write("credit-system/mongodb", new { connection_string = $"mongodb://app:{mongoPassword}@127.0.0.1:1/credit-system", database_name = "credit-system", port = 27017, user = "app", user_password = mongoPassword });
        vault.Write("credit-system/redis", new { host = "127.0.0.1", port = "2", password = "canary-redis-password" });
        vault.Write("credit-system/app", new { secret_key = signingKey, debug = false });
        vault.Write("credit-system/monitoring", new { log_level = "INFO", metrics_enabled = true });
    }

    public void Dispose()
    {
        Renewal.Dispose();
        Watch.Dispose();
        Graph.Dispose();
    }
}
