using Aspire.MongoDB.Driver;
using CreditSystem.Secrets.Database;
using CreditSystem.ServiceDefaults.Certificates;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Secrets.Rotation;

/// <summary>The current MongoDB client; a changed credential replaces it under the callers' feet without failing one of them.</summary>
public sealed class MongoConnection : Connection<IMongoClient>
{
    // Unauthorized, UserNotFound, AuthenticationFailed: a user that has been dropped finds out on a connection that is open already.
    private static readonly HashSet<int> AuthenticationCodes = [11, 13, 18];

    private readonly ClientIntegration _integration;
    private readonly MongoPoolMetrics _pool;
    private readonly CertificateFolder? _certificates;
    private MongoDBSettings _settings = new();
    private (ConnectionTarget Target, int Number) _opening;

    public MongoConnection(IServiceProvider application)
        : base(application)
    {
        _pool = application.GetRequiredService<MongoPoolMetrics>();
        _certificates = application.GetService<CertificateFolder>();
        _integration = new ClientIntegration(application, builder => builder.AddMongoDBClient(
            ConnectionNames.Mongo,
            settings => _settings = settings,
            settings =>
            {
                Configure(settings, _opening.Target, $"credit-system-api/{_opening.Number}");
                // The integration's tracing is there already.
                settings.ClusterConfigurator += _pool.Subscribe;
            }));
    }

    /// <summary>The database of the current generation. Take it per operation, never keep it.</summary>
    public IMongoDatabase Database => Pinned(Current.Client, Secrets.Targets.DatabaseName);

    private protected override string Name => ConnectionNames.Mongo;

    private protected override string Section => "mongodb";

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

    /// <summary>
    /// Runs an operation on the current generation. When authentication fails, nothing has been executed: the secrets
    /// are refreshed at once and the operation runs once more on the new generation.
    /// </summary>
    public Task<T> ExecuteAsync<T>(Func<IMongoDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        RunAsync((client, token) => operation(Pinned(client, Secrets.Targets.DatabaseName), token), cancellationToken);

    /// <inheritdoc cref="ExecuteAsync{T}"/>
    public Task ExecuteAsync(Func<IMongoDatabase, CancellationToken, Task> operation, CancellationToken cancellationToken) =>
        ExecuteAsync(async (database, token) =>
        {
            await operation(database, token);
            return true;
        }, cancellationToken);

    private protected override ConnectionTarget? TargetIn(ConnectionTargets targets) => targets.Mongo;

    private protected override ConnectionGeneration<IMongoClient> Open(ConnectionTarget target, int number)
    {
        (_settings.ConnectionString, _opening) = (target.ConnectionString, (target, number));
        var services = _integration.Resolve();
        return new ConnectionGeneration<IMongoClient>(number, target, services.GetRequiredService<IMongoClient>(), services);
    }

    private protected override async Task ConnectAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        var settings = MongoClientSettings.FromConnectionString(target.ConnectionString);
        Configure(settings, target, $"credit-system-api/probe-{Guid.NewGuid():N}");
        using var client = new MongoClient(settings);
        await PingAsync(client, cancellationToken);
    }

    private protected override Task PingAsync(IMongoClient client, CancellationToken cancellationToken) =>
        client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: cancellationToken);

    /// <summary>The user of a lease may be gone, whatever time its lease has left.</summary>
    private protected override Task RefreshAsync(bool wereRefused, CancellationToken cancellationToken) =>
        Secrets.RefreshAsync(cancellationToken, wasDatabaseRefused: wereRefused);

    private protected override bool IsAuthenticationFailure(Exception exception) => exception switch
    {
        MongoAuthenticationException => true,
        // Another operation's refused credentials have paused the pool that this one waited for.
        MongoConnectionPoolPausedException { InnerException: null or MongoAuthenticationException } => true,
        MongoCommandException command => AuthenticationCodes.Contains(command.Code),
        _ => false,
    };

    // Equal settings would share one pool with a generation that is about to end.
    private void Configure(MongoClientSettings settings, ConnectionTarget target, string name)
    {
        settings.ApplicationName = name;
        settings.ConnectTimeout = ConnectTimeout;
        settings.ServerSelectionTimeout = ConnectTimeout;
        var trust = target.TrustOnlyGiven();
        if (trust is null && _certificates is null)
            return;
        // Asked for at each connection: the folder's certificate may be another by then.
        settings.SslSettings = new SslSettings { CheckCertificateRevocation = false };
        settings.SslSettings.ServerCertificateValidationCallback = trust ?? _certificates!.IsTrusted;
        if (_certificates is { } folder)
            settings.SslSettings.ClientCertificateSelectionCallback = (_, _, _, _, _) => folder.Current?.Certificate!;
    }
}
