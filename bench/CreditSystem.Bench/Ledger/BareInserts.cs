using System.Diagnostics;
using K4os.Compression.LZ4;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Bench.Ledger;

/// <summary>
/// What the engine takes without a ledger before it: the records of the largest of the ledger's last blocks as they are, again and
/// again, one insert at a time as the log is written, with the same write concern.
/// </summary>
internal sealed class BareInserts(string connectionString)
{
    private const int LastBlocks = 20;

    /// <param name="name">What the measurement is called.</param>
    /// <param name="transfers">How many transfers such a block has.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Measurement> MeasureAsync(string name, int transfers, double seconds, CancellationToken cancellationToken)
    {
        using var client = new MongoClient(connectionString);
        var blocks = client.GetDatabase("credit-system").GetCollection<BsonDocument>("blocks");
        var last = await blocks.Find(FilterDefinition<BsonDocument>.Empty).Sort(Builders<BsonDocument>.Sort.Descending("_id"))
            .Limit(LastBlocks).ToListAsync(cancellationToken);
        var largest = last.MaxBy(block => block["len"].AsInt32)!;
        var content = new byte[largest["len"].AsInt32];
        LZ4Codec.Decode(largest["txs"].AsByteArray, content);
        var database = client.GetDatabase("bare-inserts");
        var collection = database.GetCollection<BsonDocument>("blocks").WithWriteConcern(WriteConcern.WMajority.With(journal: true));
        var latencies = new List<double>();
        var clock = Stopwatch.StartNew();
        for (var number = 1L; clock.Elapsed.TotalSeconds < seconds; number++)
        {
            var started = Stopwatch.GetTimestamp();
            await collection.InsertOneAsync(new BsonDocument { { "_id", number }, { "txs", content } }, options: null, cancellationToken);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        var run = Measurement.Of(name, 1, latencies, clock.Elapsed.TotalSeconds, transfers, failures: 0);
        await client.DropDatabaseAsync("bare-inserts", cancellationToken);
        return run;
    }
}
