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
}

public static class TransferKinds
{
    private static readonly string[] Codes =
        ["transfer", "purchase", "reward", "burn", "refund", "adjustment", "hold", "capture", "void", "grant", "expiry", "reversal"];

    public static string ToCode(this TransferKind kind) => Codes[(int)kind];

    /// <summary>The kinds that a client may name; the others follow from the operation.</summary>
    public static bool TryParseRequested(string code, out TransferKind kind)
    {
        var index = Array.IndexOf(Codes, code);
        kind = (TransferKind)Math.Max(index, 0);
        return index is >= 0 and <= (int)TransferKind.Adjustment || kind is TransferKind.Grant;
    }
}
