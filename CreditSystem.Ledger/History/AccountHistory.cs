using System.Runtime.CompilerServices;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.History;

/// <summary>An account's balances as of its last entry at or before a time.</summary>
/// <param name="Debt">What it owed.</param>
/// <param name="Sequence">The number of that entry; 0 where there was none yet.</param>
public sealed record BalanceAt(long Posted, long Held, long Debt, long Sequence)
{
    internal static BalanceAt Of(HistoryEntry? last) =>
        last is null ? new(0, 0, 0, 0) : new(last.Posted, last.Held, last.Debt, last.Sequence);
}

/// <param name="Next">Where the next page begins; null on the last one.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Entries, HistoryPosition? Next);

/// <param name="Opening">The balances before the first entry of the period.</param>
/// <param name="Closing">The balances after the last.</param>
/// <param name="Entries">The entries of the period, oldest first, read as they are asked for.</param>
public sealed record Statement(BalanceAt Opening, BalanceAt Closing, IAsyncEnumerable<HistoryEntry> Entries);

/// <summary>What was. No query grows with the length of the log.</summary>
public static class AccountHistory
{
    /// <summary>The balances at a time, Unix milliseconds, inclusive.</summary>
    public static async Task<BalanceAt> BalanceAtAsync(
        this CreditLedger ledger, AccountState account, long at, CancellationToken cancellationToken) =>
        BalanceAt.Of(await ReaderOf(ledger, account).UntilAsync(at, earlier: null, cancellationToken));

    /// <summary>A page of the account's entries, newest first. Null when the position is not one of this account's.</summary>
    public static async Task<HistoryPage?> EntriesAsync(
        this CreditLedger ledger, AccountState account, HistoryPosition? from, int limit, CancellationToken cancellationToken)
    {
        var position = from ?? HistoryPosition.End(account);
        if (position.Sequence > account.Sequence || position.Block > account.PreviousBlock)
            return null;
        try
        {
            var entries = await ReaderOf(ledger, account).BackAsync(position, limit + 1, cancellationToken);
            return entries.Count <= limit
                ? new HistoryPage(entries, null)
                : new HistoryPage(entries.GetRange(0, limit), entries[limit].Position);
        }
        catch (LedgerCorruptException) when (from is not null)
        {
            // A position that nobody was given points at a block without an entry of this account.
            return null;
        }
    }

    /// <summary>The account's entries in a period, oldest first.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="account">Whose.</param>
    /// <param name="from">Unix milliseconds, inclusive.</param>
    /// <param name="to">Unix milliseconds, exclusive.</param>
    public static async Task<Statement> StatementAsync(
        this CreditLedger ledger, AccountState account, long from, long to, CancellationToken cancellationToken)
    {
        var reader = ReaderOf(ledger, account);
        var before = await reader.UntilAsync(from - 1, earlier: null, cancellationToken);
        var last = await reader.UntilAsync(to - 1, before, cancellationToken);
        var entries = reader.ForwardAsync(before, last, cancellationToken);
        return new Statement(BalanceAt.Of(before), BalanceAt.Of(last), InTurnsAsync(ledger, entries, cancellationToken));
    }

    // A statement may be as long as the log.
    private static async IAsyncEnumerable<HistoryEntry> InTurnsAsync(
        CreditLedger ledger, IAsyncEnumerable<HistoryEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = EntryReader.StretchEntries;
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            yield return entry;
            if (--left > 0)
                continue;
            left = EntryReader.StretchEntries;
            (await ledger.HistoryTurns.EnterAsync(cancellationToken)).Dispose();
        }
    }

    private static EntryReader ReaderOf(CreditLedger ledger, AccountState account) => new(ledger.PartitionOf(account.Tenant), account);
}
