namespace CreditSystem.Ledger.Model;

/// <summary>A transfer as it stands in the journal: its entries sum to zero.</summary>
public sealed record Posting(Guid Id, TransferKind Kind, string Asset, Entry[] Entries)
{
    public Entry Debit => Array.Find(Entries, entry => entry.Amount < 0)!;

    public Entry Credit => Array.Find(Entries, entry => entry.Amount > 0)!;

    public long Amount
    {
        get
        {
            var amount = 0L;
            foreach (var entry in Entries)
                amount += Math.Max(entry.Amount, 0);
            return amount;
        }
    }
}

/// <summary>One account's side of a transfer, with its balances after it.</summary>
public sealed record Entry(Guid Account, long Amount, long Sequence, long Posted, long Held)
{
    private long previousBlock;
    private long jumpBlock;

    /// <summary>How lots changed. Empty: only the base lot did. Draws are in the order of burn-down.</summary>
    public LotChange[] Lots { get; init; } = [];

    /// <summary>What the account owes after it; null for nothing.</summary>
    public DebtState? Debt { get; init; }

    /// <summary>What the account is from then on, where it was changed; null elsewhere.</summary>
    public AccountTerms? Terms { get; init; }

    /// <summary>The block of the account's entry before this one; 0 for the first.</summary>
    public long PreviousBlock { get => previousBlock; init => previousBlock = value; }

    /// <summary>The block of the entry whose number is this one's with its lowest bit cleared; 0 for none.</summary>
    public long JumpBlock { get => jumpBlock; init => jumpBlock = value; }

    /// <summary>Lets an entry that was just decided know where those of its account before it are.</summary>
    internal void Follow(AccountState account) => (previousBlock, jumpBlock) = (account.PreviousBlock, account.JumpBlock());
}
