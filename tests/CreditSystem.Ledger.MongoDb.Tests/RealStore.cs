using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb.Projection;
using CreditSystem.Ledger.Projection;
using CreditSystem.Testing.Servers;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>The stores of the product on the real database, with a client of their own.</summary>
internal sealed class RealStore : IDisposable
{
    private readonly MongoClient client;

    private RealStore(MongoClient client, string database)
    {
        this.client = client;
        var connection = new LedgerDatabase((operation, token) => operation(client.GetDatabase(database), token), partitions: null);
        (Blocks, Projections) = (new MongoBlockStore(connection), new MongoProjectionStore(connection));
    }

    public IBlockStore Blocks { get; }

    public IProjectionStore Projections { get; }

    public static async Task<RealStore> StartAsync(MongoServer server, IMongoDatabase database) =>
        new((await server.GetInstanceAsync()).CreateClient(), database.DatabaseNamespace.DatabaseName);

    public void Dispose() => client.Dispose();
}
