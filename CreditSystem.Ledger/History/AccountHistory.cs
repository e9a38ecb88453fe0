using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.History;

/// <summary>An account's balances as of its last entry at or before a time.</summary>
/// <param name="Sequence">The number of that entry; 0 where there was none yet.</param>
public sealed record BalanceAt(long Posted, long Held, long Sequence);

/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, HistoryPosition? Next);

/// <param name="Opening">The balances before the first entry of the period.</param>
/// <param name="Closing">The balances after the last.</param>
/// <param name="Entries">The entries of the period, oldest first, read as they are asked for.</param>
public sealed record Statement(BalanceAt Opening, BalanceAt Closing, IAsyncEnumerable<HistoryEntry> Entries);

/// <summary>What was. Every query is for one block by its number; none grows with the length of the log.</summary>
public static class AccountHistory
{
    /// <summary>The balances at a time, Unix milliseconds, inclusive.</summary>
    public static async Task<BalanceAt> BalanceAtAsync(
        this CreditLedger ledger, AccountState account, long at, CancellationToken cancellationToken)
    {
        var reads = ledger.PartitionOf(account.Tenant).Reads;
        return await BalanceAsync(reads, account, await EntryTrail.AtAsync(reads, account, at, cancellationToken), cancellationToken);
    }

    /// <summary>A page of the account's entries, newest first. Null when the position is not one of this account's.</summary>
    public static async Task<HistoryPage?> EntriesAsync(
        this CreditLedger ledger, AccountState account, HistoryPosition? from, int limit, CancellationToken cancellationToken)
    {
        var position = from ?? HistoryPosition.End(account);
        if (position.Sequence > account.Sequence || position.Block > account.PreviousBlock)
            return null;
        var entries = new List<HistoryEntry>(limit);
        try
        {
            var trail = EntryTrail.BackFromAsync(ledger.PartitionOf(account.Tenant).Reads, account.Id, position, cancellationToken);
            await foreach (var entry in trail)
            {
                if (entries.Count == limit)
                    return new HistoryPage(entries, new HistoryPosition(entry.Entry.Sequence, entry.Record.Block));
                entries.Add(entry);
            }
        }
        catch (LedgerCorruptException) when (from is not null)
        {
            // A position that nobody was given points at a block without an entry of this account.
            return null;
        }
        return new HistoryPage(entries, null);
    }

    /// <summary>The account's entries in a period, oldest first.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="account">Whose.</param>
    /// <param name="from">Unix milliseconds, inclusive.</param>
    /// <param name="to">Unix milliseconds, exclusive.</param>
    public static async Task<Statement> StatementAsync(
        this CreditLedger ledger, AccountState account, long from, long to, CancellationToken cancellationToken)
    {
        var reads = ledger.PartitionOf(account.Tenant).Reads;
        var before = await EntryTrail.AtAsync(reads, account, from - 1, cancellationToken);
        var last = await EntryTrail.AtAsync(reads, account, to - 1, cancellationToken);
        return new Statement(
            await BalanceAsync(reads, account, before, cancellationToken),
            await BalanceAsync(reads, account, last, cancellationToken),
            EntryTrail.ForwardAsync(reads, account.Id, last, before.Sequence, cancellationToken));
    }

    private static async Task<BalanceAt> BalanceAsync(
        PartitionReads reads, AccountState account, HistoryPosition position, CancellationToken cancellationToken) =>
        await EntryTrail.EntryAsync(reads, account.Id, position, cancellationToken) is { } last
            ? new BalanceAt(last.Entry.Posted, last.Entry.Held, last.Entry.Sequence)
            : new BalanceAt(0, 0, 0);
}
