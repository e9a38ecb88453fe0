using CreditSystem.Ledger.Log;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// Runs an operation on the database that the host is connected to now, again where that is safe, and with its credentials.
/// </summary>
public delegate Task MongoExecutor(Func<IMongoDatabase, CancellationToken, Task> operation, CancellationToken cancellationToken);

/// <summary>
/// The database of the ledger. Nothing is read from it or written to it before it is known that it is laid out as configured:
/// with another number of logs every tenant would have an empty one.
/// </summary>
/// <param name="execute">Where it is.</param>
/// <param name="partitions">How many logs are configured; null for those who take it as it is.</param>
public sealed class LedgerDatabase(MongoExecutor execute, int? partitions)
{
    public const string Settings = "ledger_settings";
    public const string LayoutKey = "layout";

    private volatile LedgerLayout? layout;

    /// <summary>The database as if it were laid out like this.</summary>
    public LedgerDatabase(MongoExecutor execute, LedgerLayout layout)
        : this(execute, partitions: null) => this.layout = layout;

    /// <summary>The layout. Only for what runs inside <see cref="ExecuteAsync"/>, which has made sure of it.</summary>
    public LedgerLayout Layout => layout ?? throw new InvalidOperationException("The database has not been asked yet.");

    /// <summary>Runs an operation once the layout is known to be the configured one.</summary>
    public async Task<T> ExecuteAsync<T>(Func<IMongoDatabase, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        var result = default(T)!;
        await execute(async (database, token) =>
        {
            layout ??= await DecideAsync(database, token);
            result = await operation(database, token);
        }, cancellationToken);
        return result;
    }

    /// <summary>A collection of the ledger in the epoch that is served.</summary>
    public IMongoCollection<T> Collection<T>(IMongoDatabase database, string name, bool journal = false) =>
        Pinned<T>(database, Layout.NameOf(name), journal);

    /// <summary>
    /// A majority for all of it: a segment must not survive a failover that the accounts before it did not. And the primary,
    /// whatever the connection string prefers: what is read is what the next block is decided on.
    /// </summary>
    public static IMongoCollection<T> Pinned<T>(IMongoDatabase database, string name, bool journal = false) => database
        .GetCollection<T>(name)
        .WithWriteConcern(journal ? WriteConcern.WMajority.With(journal: true) : WriteConcern.WMajority)
        .WithReadConcern(ReadConcern.Majority)
        .WithReadPreference(ReadPreference.Primary);

    /// <exception cref="LedgerLayoutException">The ledger cannot be served as it is configured.</exception>
    public Task<LedgerLayout> CheckAsync(CancellationToken cancellationToken) =>
        ExecuteAsync((_, _) => Task.FromResult(Layout), cancellationToken);

    public static IMongoCollection<BsonDocument> SettingsOf(IMongoDatabase database) =>
        Pinned<BsonDocument>(database, Settings, journal: true);

    /// <summary>The stored layout; null before the first use, and in a database from before it was stored.</summary>
    public static async Task<LedgerLayout?> ReadAsync(IMongoDatabase database, CancellationToken cancellationToken) =>
        await SettingsOf(database).Find(Builders<BsonDocument>.Filter.Eq("_id", LayoutKey)).FirstOrDefaultAsync(cancellationToken)
            is { } found
            ? new LedgerLayout(found["partitions"].AsInt32, found["epoch"].AsInt32, found.TryGetValue("moving_to", out var target)
                ? target.AsInt32 : null)
            : null;

    private async Task<LedgerLayout> DecideAsync(IMongoDatabase database, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(database, cancellationToken);
        if (partitions is not { } configured)
            return stored ?? new LedgerLayout(1);
        if (stored is null)
        {
            await RequireFitAsync(database, configured, cancellationToken);
            stored = await StoreAsync(database, configured, cancellationToken);
        }
        stored.Require(configured);
        return stored;
    }

    /// <summary>Of two replicas that start at once, the first decides.</summary>
    private static async Task<LedgerLayout> StoreAsync(IMongoDatabase database, int configured, CancellationToken cancellationToken)
    {
        try
        {
            await SettingsOf(database)
                .InsertOneAsync(
                new BsonDocument { ["_id"] = LayoutKey, ["partitions"] = configured, ["epoch"] = 0 }, options: null, cancellationToken);
        }
        catch (MongoWriteException exception) when (exception.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            // It is there now.
        }
        return await ReadAsync(database, cancellationToken)
            ?? throw new LedgerLayoutException("The layout of the ledger has just been removed from its database.");
    }

    /// <summary>A database from before the number was stored has tenants where the number put them.</summary>
    private static async Task RequireFitAsync(IMongoDatabase database, int configured, CancellationToken cancellationToken)
    {
        var blocks = Pinned<RawBsonDocument>(database, MongoBlockStore.Collection);
        var after = -1L;
        while (true)
        {
            var filter = Builders<RawBsonDocument>.Filter.Gt("_id", after);
            using var first = await blocks.Find(filter).Sort(Builders<RawBsonDocument>.Sort.Ascending("_id")).Limit(1)
                .FirstOrDefaultAsync(cancellationToken);
            if (first is null)
                return;
            var block = BlockDocument.Decode(first);
            var layout = new LedgerLayout(configured);
            if (block.IsReadable && Array.Find(block.ReadRecords(), record => layout.PartitionOf(record.Command.Tenant) != block.Partition)
                is { } elsewhere)
                throw new LedgerLayoutException(
                    $"Ledger:Partitions is {configured}, but the ledger in this database was made with another number: log "
                    + $"{block.Partition} has a tenant "
                    + $"that would be looked for in log {layout.PartitionOf(elsewhere.Command.Tenant)}. Set Ledger:Partitions to what it "
                        + $"was.");
            // The first block of each log is enough.
            after = BlockDocument.Key(block.Partition + 1, 0);
        }
    }
}
