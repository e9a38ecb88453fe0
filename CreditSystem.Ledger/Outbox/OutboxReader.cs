using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Outbox;

/// <summary>
/// Something that happened, for those who want to be told. It is read from the block that made it happen, so it can
/// neither be missing nor be invented.
/// </summary>
/// <param name="Id">The same for the same event for ever: what a receiver recognizes a repetition by.</param>
/// <param name="Type">For example <c>transfer.posted</c>; see <see cref="OutboxReader"/>.</param>
/// <param name="Posting">Which posting of the record; -1 where the event is none.</param>
public sealed record OutboxEvent(Guid Id, string Type, string Tenant, long Block, long At, LedgerRecord Record, int Posting);

/// <param name="Block">The last block that was read: the cursor to keep once the events are dealt with.</param>
/// <param name="MayGoOn">Whether there may be more: the batch is full.</param>
public sealed record OutboxBatch(long Block, IReadOnlyList<OutboxEvent> Events, bool MayGoOn);

/// <summary>
/// Reads the log as a stream of events: <c>account.opened</c>, <c>transfer.posted</c>, <c>transfer.reversed</c>,
/// <c>hold.placed</c>, <c>hold.captured</c>, <c>hold.voided</c>, <c>hold.expired</c>, <c>grant.issued</c>,
/// <c>grant.voided</c>, <c>grant.expired</c>. The reader keeps nothing: whoever reads keeps a block number per partition.
/// </summary>
public sealed class OutboxReader(IBlockStore store)
{
    /// <summary>The events of at most <paramref name="blocks"/> blocks, and of a page's bytes, after a block; with none left, a batch whose block is <paramref name="afterBlock"/>.</summary>
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
        if (record.Command is OpenAccount)
            yield return Event(record, "account.opened", -1);
        for (var i = 0; i < record.Postings.Length; i++)
            yield return Event(record, TypeOf(record, record.Postings[i]), i);
    }

    private static OutboxEvent Event(LedgerRecord record, string type, int posting) => new(
        LedgerId.Derive(posting < 0 ? record.Command.Id : record.Postings[posting].Id, "event", 0), type, record.Command.Tenant, record.Block, record.At, record, posting);

    private static string TypeOf(LedgerRecord record, Posting posting) => (posting.Kind, record.Command) switch
    {
        (TransferKind.Reversal, _) => "transfer.reversed",
        (TransferKind.Expiry, ReverseTransfer) => "grant.expired",
        (TransferKind.Void, ReverseTransfer) => "grant.voided",
        (TransferKind.Hold, _) => "hold.placed",
        (TransferKind.Capture, _) => "hold.captured",
        (_, VoidHold) => "hold.voided",
        (_, ExpireHold) => "hold.expired",
        (_, IssueGrant) => "grant.issued",
        (_, VoidGrant) => "grant.voided",
        (_, ExpireLot) => "grant.expired",
        _ => "transfer.posted",
    };
}
