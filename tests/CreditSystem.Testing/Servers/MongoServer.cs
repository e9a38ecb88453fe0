using MongoDB.Driver;

namespace CreditSystem.Testing.Servers;

/// <summary>The MongoDB that all tests share.</summary>
public sealed class MongoServer() : SharedServer<MongoInstance>(MongoInstance.StartAsync)
{
    /// <summary>The administrator's connection string.</summary>
    public async Task<string> GetConnectionStringAsync() => (await GetInstanceAsync()).ConnectionString;

    /// <summary>A database that no other test uses; its name begins with <paramref name="name"/>.</summary>
    public async Task<IMongoDatabase> CreateDatabaseAsync(string name) =>
        new MongoClient(await GetConnectionStringAsync()).GetDatabase(CreateName(name));
}
