using MongoDB.Driver;

namespace CreditSystem.Testing.Servers;

/// <summary>
/// The MongoDB that all tests share, started when the first of them asks for it. Where none can be provided, every test that
/// asks fails with the reason that the server gives.
/// </summary>
public sealed class MongoServer : IAsyncDisposable
{
    private readonly Lazy<Task<MongoInstance>> _instance = new(() => MongoInstance.StartAsync(CancellationToken.None));
    private int _databases;

    /// <summary>The administrator's connection string.</summary>
    public async Task<string> GetConnectionStringAsync() => (await _instance.Value).ConnectionString;

    /// <summary>The shared server itself: read from it, never stop it.</summary>
    public Task<MongoInstance> GetInstanceAsync() => _instance.Value;

    /// <summary>A database that no other test uses; its name begins with <paramref name="name"/>.</summary>
    public async Task<IMongoDatabase> CreateDatabaseAsync(string name) =>
        new MongoClient(await GetConnectionStringAsync()).GetDatabase($"{name}-{Interlocked.Increment(ref _databases)}");

    /// <summary>A server of the test's own, which it may kill and start again.</summary>
    public static Task<MongoInstance> StartIsolatedAsync(CancellationToken cancellationToken) => MongoInstance.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_instance.IsValueCreated && _instance.Value.IsCompletedSuccessfully)
            await (await _instance.Value).DisposeAsync();
    }
}
