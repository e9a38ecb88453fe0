using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger;

/// <summary>An account's balances as of its last entry at or before a time.</summary>
/// <param name="Sequence">The number of that entry; 0 where there was none yet.</param>
public sealed record BalanceAt(long Posted, long Held, long Sequence);

/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, HistoryPosition? Next);

/// <param name="Opening">The balances before the first entry of the period.</param>
/// <param name="Closing">The balances after the last.</param>
/// <param name="Entries">The entries of the period, oldest first, read as they are asked for.</param>
public sealed record Statement(BalanceAt Opening, BalanceAt Closing, IAsyncEnumerable<HistoryEntry> Entries);

// What was. Every query is for one block by its number; none grows with the length of the log.
public sealed partial class CreditLedger
{
    /// <summary>The balances at a time, Unix milliseconds, inclusive.</summary>
    public async Task<BalanceAt> BalanceAtAsync(AccountState account, long at, CancellationToken cancellationToken)
    {
        var reader = PartitionOf(account.Tenant).Reader;
        return await BalanceAsync(account, await History.AtAsync(reader, account, at, cancellationToken), cancellationToken);
    }

    /// <summary>A page of the account's entries, newest first. Null when the position is not one of this account's.</summary>
    public async Task<HistoryPage?> EntriesAsync(AccountState account, HistoryPosition? from, int limit, CancellationToken cancellationToken)
    {
        var position = from ?? HistoryPosition.End(account);
        if (position.Sequence > account.Sequence || position.Block > account.PreviousBlock)
            return null;
        var entries = new List<HistoryEntry>(limit);
        try
        {
            await foreach (var entry in History.BackFromAsync(PartitionOf(account.Tenant).Reader, account.Id, position, cancellationToken))
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
    /// <param name="account">Whose.</param>
    /// <param name="from">Unix milliseconds, inclusive.</param>
    /// <param name="to">Unix milliseconds, exclusive.</param>
    public async Task<Statement> StatementAsync(AccountState account, long from, long to, CancellationToken cancellationToken)
    {
        var reader = PartitionOf(account.Tenant).Reader;
        var before = await History.AtAsync(reader, account, from - 1, cancellationToken);
        var last = await History.AtAsync(reader, account, to - 1, cancellationToken);
        return new Statement(
            await BalanceAsync(account, before, cancellationToken),
            await BalanceAsync(account, last, cancellationToken),
            History.ForwardAsync(reader, account.Id, last, before.Sequence, cancellationToken));
    }

    private async Task<BalanceAt> BalanceAsync(AccountState account, HistoryPosition position, CancellationToken cancellationToken) =>
        await History.EntryAsync(PartitionOf(account.Tenant).Reader, account.Id, position, cancellationToken) is { } last
            ? new BalanceAt(last.Entry.Posted, last.Entry.Held, last.Entry.Sequence)
            : new BalanceAt(0, 0, 0);
}
