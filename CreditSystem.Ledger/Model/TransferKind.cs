namespace CreditSystem.Ledger.Model;

/// <summary>Why credits move. The numbers are stored: never renumber.</summary>
public enum TransferKind
{
    Transfer = 0,
    Purchase = 1,
    Reward = 2,
    Burn = 3,
    Refund = 4,
    Adjustment = 5,
    Hold = 6,
    Capture = 7,
    Void = 8,
    Grant = 9,
    Expiry = 10,
    Reversal = 11,

    /// <summary>No credits move: what could not be taken back is owed.</summary>
    Debt = 12,

    /// <summary>What was owed is paid.</summary>
    Collection = 13,

    /// <summary>No credits move: what was owed is waived.</summary>
    Forgiveness = 14,

    /// <summary>No credits move: less is to be taken back after all, so that less is owed.</summary>
    Relief = 15,

    /// <summary>No credits move: the account's name, metadata or credit limit is another one.</summary>
    AccountChange = 16,
}

public static class TransferKinds
{
    private static readonly string[] Codes =
    [
        "transfer", "purchase", "reward", "burn", "refund", "adjustment", "hold", "capture", "void", "grant", "expiry", "reversal",
        "debt", "collection", "forgiveness", "relief", "account_change",
    ];

    public static string ToCode(this TransferKind kind) => Codes[(int)kind];

    /// <summary>The names of all kinds of transfers.</summary>
    public static IReadOnlyList<string> All { get; } = Codes[..(int)TransferKind.AccountChange];

    public static bool TryParse(string code, out TransferKind kind)
    {
        var index = Array.IndexOf(Codes, code);
        kind = (TransferKind)Math.Max(index, 0);
        return index is >= 0 and < (int)TransferKind.AccountChange;
    }

    /// <summary>The kinds that a client may name; the others follow from the operation.</summary>
    public static bool TryParseRequested(string code, out TransferKind kind)
    {
        var index = Array.IndexOf(Codes, code);
        kind = (TransferKind)Math.Max(index, 0);
        return index is >= 0 and <= (int)TransferKind.Adjustment || kind is TransferKind.Grant;
    }
}
