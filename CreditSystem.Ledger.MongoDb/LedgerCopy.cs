using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Verification;
using MongoDB.Bson;
using MongoDB.Driver;

namespace CreditSystem.Ledger.MongoDb;

/// <summary>
/// Writes the records of all logs into as many logs of another layout, oldest first, each with the time and the rules of the block
/// that it was in. What changes is the number of blocks, and with it where an entry points back to.
/// </summary>
internal sealed class LedgerCopy(IMongoDatabase database, LedgerLayout from, LedgerLayout to)
{
    private const int PageBlocks = 64;
    private const long PageBytes = 1024 * 1024;

    private readonly Dictionary<(int From, long Block, int To), long> numbers = [];
    private readonly Dictionary<(int From, int To), List<long>> moved = [];
    private readonly Dictionary<int, Block> heads = [];

    public long Records { get; private set; }

    public long HeadOf(int partition) => heads.TryGetValue(partition, out var head) ? head.Number : 0;

    /// <summary>The last new block that has something of an old log's blocks up to a number; 0 where none has.</summary>
    public long NumberOf(int partition, long block, int target)
    {
        if (!moved.TryGetValue((partition, target), out var blocks))
            return 0;
        var found = blocks.BinarySearch(block);
        var last = found >= 0 ? found : ~found - 1;
        return last < 0 ? 0 : numbers[(partition, blocks[last], target)];
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var logs = new List<Source>();
        for (var partition = 0; partition < from.Partitions; partition++)
            if (await AdvanceAsync(new Source(partition), cancellationToken) is { } source)
                logs.Add(source);
        // The oldest block of all logs is next, so that time never goes back in a new one.
        while (logs.MinBy(log => (log.Current.At, log.Partition)) is { } next)
        {
            await CopyAsync(next.Partition, next.Current, cancellationToken);
            if (await AdvanceAsync(next, cancellationToken) is null)
                logs.Remove(next);
        }
    }

    private async Task CopyAsync(int partition, Block block, CancellationToken cancellationToken)
    {
        var records = block.ReadRecords();
        if (!RecordWriter.Write(records).AsSpan().SequenceEqual(block.Content.Span))
            throw new LedgerLayoutException(
                $"Block {block.Number} of log {partition} cannot be written as it was read, so it is not moved. Nothing has been "
                + $"changed; cancel.");
        foreach (var group in records.GroupBy(record => to.PartitionOf(record.Command.Tenant)))
        {
            var number = HeadOf(group.Key) + 1;
            numbers[(partition, block.Number, group.Key)] = number;
            if (!moved.TryGetValue((partition, group.Key), out var blocks))
                moved[(partition, group.Key)] = blocks = [];
            blocks.Add(block.Number);
            var content = RecordWriter.Write([.. group.Select(record => Moved(record, partition, group.Key))]);
            var previous = heads.TryGetValue(group.Key, out var head) ? head.Hash : new byte[32];
            var sealedBlock = Block.Seal(group.Key, number, block.At, block.Rules, previous, content);
            using var document = new RawBsonDocument(BlockDocument.Encode(sealedBlock));
            await Blocks(to).InsertOneAsync(document, options: null, cancellationToken);
            heads[group.Key] = sealedBlock with { Content = ReadOnlyMemory<byte>.Empty };
            Records += group.Count();
        }
    }

    private LedgerRecord Moved(LedgerRecord record, int partition, int target) => record with
    {
        Postings = [.. record.Postings.Select(posting => posting with
        {
            Entries = [.. posting.Entries.Select(entry => entry with
            {
                PreviousBlock = Moved(entry.PreviousBlock, partition, target),
                JumpBlock = Moved(entry.JumpBlock, partition, target),
            })],
        })],
    };

    /// <summary>Where the account's earlier entry is now: in the same log as this one, because a tenant's records stay together.</summary>
    private long Moved(long block, int partition, int target) => block == 0 ? 0 : numbers[(partition, block, target)];

    /// <returns>Null at the end of the log, or at its fence.</returns>
    private async Task<Source?> AdvanceAsync(Source source, CancellationToken cancellationToken)
    {
        if (source.Page.Count == 0)
            await FillAsync(source, cancellationToken);
        if (!source.Page.TryDequeue(out var block))
            return null;
        if (ChainVerifier.Check(block, source.Partition, source.Number, source.Hash, out _) is { } problem || !block.IsReadable)
            throw new LedgerLayoutException(
                $"Block {source.Number + 1} of log {source.Partition} cannot be moved: it is not one that this version has sealed. "
                + $"Nothing has been changed; cancel, and verify the ledger.");
        (source.Current, source.Number, source.Hash) = (block, block.Number, block.Hash);
        return source;
    }

    private async Task FillAsync(Source source, CancellationToken cancellationToken)
    {
        var filter = Builders<RawBsonDocument>.Filter;
        var range = filter.Gt("_id", BlockDocument.Key(source.Partition, source.Number)) & filter.Lt(
            "_id", BlockDocument.Key(source.Partition + 1, 0));
        using var cursor = await Blocks(from).Find(range).Sort(Builders<RawBsonDocument>.Sort.Ascending("_id")).Limit(PageBlocks)
            .ToCursorAsync(cancellationToken);
        var bytes = 0L;
        while (bytes < PageBytes && await cursor.MoveNextAsync(cancellationToken))
            foreach (var document in cursor.Current)
                using (document)
                {
                    if (bytes >= PageBytes || document.Contains(LedgerRepartition.Fence))
                        continue;
                    var block = BlockDocument.Decode(document);
                    source.Page.Enqueue(block);
                    bytes += block.Content.Length;
                }
    }

    private IMongoCollection<RawBsonDocument> Blocks(LedgerLayout layout) =>
        LedgerDatabase.Pinned<RawBsonDocument>(database, layout.NameOf(MongoBlockStore.Collection), journal: true);

    private sealed class Source(int partition)
    {
        public int Partition => partition;

        public Queue<Block> Page { get; } = new();

        public Block Current { get; set; } = null!;

        public long Number { get; set; }

        public byte[] Hash { get; set; } = new byte[32];
    }
}
