using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.History;

/// <summary>An entry of an account with what its transfer says of it. Amounts are minor units, times Unix milliseconds.</summary>
/// <param name="Sequence">Counts the account's entries from 1.</param>
/// <param name="Transfer">The posting that it belongs to.</param>
/// <param name="Kind">Why credits moved.</param>
/// <param name="Amount">Negative for a debit.</param>
/// <param name="Posted">The balance after it.</param>
/// <param name="Held">What was held after it.</param>
/// <param name="Reference">The caller's reference of the transfer.</param>
/// <param name="Block">The block that holds it.</param>
/// <param name="At">The time of the block.</param>
/// <param name="EffectiveAt">When it took effect: never later than <paramref name="At"/>.</param>
/// <param name="PreviousBlock">The block of the account's entry before it; 0 for the first.</param>
public sealed record HistoryEntry(
    long Sequence, Guid Transfer, TransferKind Kind, long Amount, long Posted, long Held, string? Reference, long Block, long At,
    long EffectiveAt, long PreviousBlock)
{
    /// <summary>What the account owed after it.</summary>
    public long Debt { get; init; }

    internal HistoryPosition Position => new(Sequence, Block);

    internal HistoryPosition Before => new(Sequence - 1, PreviousBlock);

    internal static HistoryEntry From(LedgerRecord record, int posting, Entry entry) => new(
        entry.Sequence, record.Postings[posting].Id, record.Postings[posting].Kind, entry.Amount, entry.Posted, entry.Held,
        record.Details(posting).Reference, record.Block, record.At, record.EffectiveAt, entry.PreviousBlock)
    {
        Debt = entry.Debt?.Amount ?? 0,
    };

    /// <summary>Whether it is the one after another; null is the beginning of the account.</summary>
    internal bool Follows(HistoryEntry? before) =>
        (Sequence, PreviousBlock, Posted - Amount) == ((before?.Sequence ?? 0) + 1, before?.Block ?? 0, before?.Posted ?? 0);
}

/// <summary>A place in an account's history: an entry's number and the block that holds it.</summary>
public readonly record struct HistoryPosition(long Sequence, long Block)
{
    public static HistoryPosition End(AccountState account) => new(account.Sequence, account.PreviousBlock);
}
