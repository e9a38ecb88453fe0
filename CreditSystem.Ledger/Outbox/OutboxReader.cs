using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Outbox;

/// <summary>
/// Something that happened, for those who want to be told. It is read from the block that made it happen, so it can
/// neither be missing nor be invented.
/// </summary>
/// <param name="Id">Always the same for the same event: what a receiver recognizes a repetition by.</param>
/// <param name="Type">One of <see cref="LedgerEvents"/>.</param>
/// <param name="Posting">Which posting of the record; -1 where the event is none.</param>
public sealed record OutboxEvent(Guid Id, string Type, string Tenant, long Block, long At, LedgerRecord Record, int Posting);

/// <param name="Block">The last block that was read: the cursor to keep once the events are dealt with.</param>
/// <param name="MayGoOn">Whether there may be more: the batch is full.</param>
public sealed record OutboxBatch(long Block, IReadOnlyList<OutboxEvent> Events, bool MayGoOn);

/// <summary>
/// Reads the log as a stream of events, <see cref="LedgerEvents"/>. The reader keeps nothing: a consumer keeps a block number
/// per partition.
/// </summary>
public sealed class OutboxReader(IBlockStore store)
{
    /// <summary>
    /// The events of at most <paramref name="blocks"/> blocks, and of a page's bytes, after a block; with none left, a batch whose
    /// block is <paramref name="afterBlock"/>.
    /// </summary>
    public async Task<OutboxBatch> ReadAsync(int partition, long afterBlock, int blocks, CancellationToken cancellationToken)
    {
        var events = new List<OutboxEvent>();
        var page = await store.ReadPageAsync(partition, afterBlock, blocks, BlockPages.MaxBytes, cancellationToken);
        foreach (var block in page)
        {
            if (block.Number != afterBlock + 1 || !block.IsIntact())
                throw new LedgerCorruptException($"block {afterBlock + 1} of partition {partition} is not what was sealed", afterBlock + 1);
            afterBlock = block.Number;
            foreach (var record in block.ReadRecords())
                events.AddRange(Events(record));
        }
        return new OutboxBatch(afterBlock, events, page.MayGoOn(blocks));
    }

    public static IEnumerable<OutboxEvent> Events(LedgerRecord record)
    {
        if (!record.Accepted)
            yield break;
        if (record.Command.Event is { } type)
            yield return Event(record, type, record.Command.Id, -1);
        for (var i = 0; i < record.Postings.Length; i++)
            yield return Event(record, record.Command.EventOf(record.Postings[i]), record.Postings[i].Id, i);
        if (record.Command.LastEventOf(record) is { } last)
            yield return Event(record, last, record.Command.Id, -1, number: 1);
    }

    private static OutboxEvent Event(LedgerRecord record, string type, Guid of, int posting, int number = 0) =>
        new(LedgerId.Derive(of, "event", number), type, record.Command.Tenant, record.Block, record.At, record, posting);
}
