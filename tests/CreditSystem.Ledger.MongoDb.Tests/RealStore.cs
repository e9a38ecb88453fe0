using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Projection;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Testing.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb.Tests;

/// <summary>The stores of the product on the real database, with a client of their own.</summary>
internal sealed class RealStore : IAsyncDisposable
{
    private readonly WebApplication app;

    private RealStore(WebApplication app)
    {
        this.app = app;
        var connection = new LedgerDatabase(app.Services.GetRequiredService<MongoConnection>().ExecuteAsync, partitions: null);
        (Blocks, Projections) = (new MongoBlockStore(connection), new MongoProjectionStore(connection));
    }

    public IBlockStore Blocks { get; }

    public IProjectionStore Projections { get; }

    public static async Task<RealStore> StartAsync(MongoServer server, IMongoDatabase database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Environment.EnvironmentName = Environments.Development;
        builder.Configuration.AddInMemoryCollection(
        [
            new("mongodb:database_name", database.DatabaseNamespace.DatabaseName),
            new("ConnectionStrings:credit-system", await server.GetConnectionStringAsync()),
            new("Logging:LogLevel:Default", "None"),
        ]);
        await builder.AddSecretsAsync();
        builder.AddConnections();
        return new RealStore(builder.Build());
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
