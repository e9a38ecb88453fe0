using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Secrets.Rotation;

/// <summary>The current MongoDB client; a changed credential replaces it under the callers' feet without failing one of them.</summary>
public sealed class MongoConnection : IAsyncDisposable
{
    private const string DefaultDatabase = "credit-system";

    // Unauthorized, UserNotFound, AuthenticationFailed: a user that has been dropped finds out on a connection that is open already.
    private static readonly HashSet<int> AuthenticationCodes = [11, 13, 18];

    private readonly Connection<IMongoClient> _connection;
    private readonly IConfiguration _configuration;
    private readonly SecretStore _secrets;

    public MongoConnection(IServiceProvider services)
    {
        _configuration = services.GetRequiredService<IConfiguration>();
        var options = services.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        _connection = new Connection<IMongoClient>(new ConnectionKind(
            // Each operation of this client is told itself that it was refused.
            ConnectionNames.Mongo, Section: "mongodb", (builder, target, number) => AddClient(builder, target, number, options, services.GetService<MongoPoolMetrics>()),
            (target, token) => ConnectAsync(target, options, token), IsAuthenticationFailure, IsUnsent: _ => false), services);
        _secrets = services.GetRequiredService<SecretStore>();
        if (services.GetRequiredService<VaultOptions>().MongoDB.Mode == DatabaseMode.Dynamic)
            services.GetRequiredService<TokenRenewal>().BeforeRevocation = HandOverAsync;
    }

    /// <summary>The database of the current generation. Take it per operation, never keep it.</summary>
    public IMongoDatabase Database => Pinned(_connection.Current.Client, DatabaseName);

    /// <summary>
    /// Runs an operation on the current generation. When authentication fails, nothing has been executed: the secrets
    /// are refreshed at once and the operation runs once more on the new generation.
    /// </summary>
    public Task<T> ExecuteAsync<T>(Func<IMongoDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync((client, token) => operation(Pinned(client, DatabaseName), token), cancellationToken);

    /// <inheritdoc cref="ExecuteAsync{T}"/>
    public Task ExecuteAsync(Func<IMongoDatabase, CancellationToken, Task> operation, CancellationToken cancellationToken) => ExecuteAsync(async (database, token) =>
    {
        await operation(database, token);
        return true;
    }, cancellationToken);

    /// <summary>
    /// The database as everything here uses it. Credits, keys and permissions are decided on what is read, so it comes from the
    /// primary and stays, whatever options the connection string has.
    /// </summary>
    public static IMongoDatabase Pinned(IMongoClient client, string name) => client.GetDatabase(name, new MongoDatabaseSettings
    {
        ReadPreference = ReadPreference.Primary,
        ReadConcern = ReadConcern.Majority,
        WriteConcern = WriteConcern.WMajority,
    });

    /// <summary>The client in use, for those who only look; null before the first use.</summary>
    internal IMongoClient? Latest => _connection.Latest;

    /// <summary>False while the server does not accept newer credentials than those in use.</summary>
    public bool FollowsConfiguration => _connection.FollowsConfiguration;

    public Task VerifyCredentialsAsync(CancellationToken cancellationToken) => _connection.VerifyCredentialsAsync(cancellationToken);

    /// <summary>Done when no client with other credentials than the configured ones is left.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _connection.SettleAsync(cancellationToken);

    public Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken) => _connection.CheckHealthAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>The user of a lease ends with its token: nobody may use it any more when that token is revoked.</summary>
    private async Task<bool> HandOverAsync(VaultToken before, CancellationToken cancellationToken)
    {
        // Whatever else there is to say of the secrets: it is the lease that counts.
        await _secrets.RefreshAsync(cancellationToken);
        if (_secrets.Snapshot?.Database is not { } lease || lease.Accessor == before.Accessor)
            return false;
        await SettleAsync(cancellationToken);
        return true;
    }

    private string DatabaseName => _configuration[SecretKeys.MongoDatabaseName] ?? DefaultDatabase;

    private static async Task ConnectAsync(ConnectionTarget target, ConnectionOptions options, CancellationToken cancellationToken)
    {
        var settings = MongoClientSettings.FromConnectionString(target.ConnectionString);
        Configure(settings, target, options, $"credit-system-api/probe-{Guid.NewGuid():N}");
        using var client = new MongoClient(settings);
        await client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);
    }

    // Equal settings would share one pool with a generation that is about to end.
    private static void Configure(MongoClientSettings settings, ConnectionTarget target, ConnectionOptions options, string name)
    {
        settings.ApplicationName = name;
        settings.ConnectTimeout = options.ConnectTimeout;
        settings.ServerSelectionTimeout = options.ConnectTimeout;
        if (target.TrustOnlyGiven() is { } trust)
            settings.SslSettings = new SslSettings { ServerCertificateValidationCallback = trust, CheckCertificateRevocation = false };
    }

    private static void AddClient(IHostApplicationBuilder builder, ConnectionTarget target, int number, ConnectionOptions options, MongoPoolMetrics? pool) =>
        builder.AddMongoDBClient(ConnectionNames.Mongo, configureClientSettings: settings =>
        {
            Configure(settings, target, options, $"credit-system-api/{number}");
            // The integration's tracing is there already.
            settings.ClusterConfigurator += cluster => pool?.Subscribe(cluster);
        });

    private static bool IsAuthenticationFailure(Exception exception) => exception switch
    {
        MongoAuthenticationException => true,
        // Another operation's refused credentials have paused the pool that this one waited for.
        MongoConnectionPoolPausedException { InnerException: null or MongoAuthenticationException } => true,
        MongoCommandException command => AuthenticationCodes.Contains(command.Code),
        _ => false,
    };
}
