namespace CreditSystem.Ledger.Model;

/// <summary>The accounts that each tenant has per asset without opening them. They may be overdrawn without limit.</summary>
public enum SystemAccount
{
    None,
    /// <summary>The source of all credit: its negative balance is what has been issued.</summary>
    Issuance,
    Promo,
    Revenue,
    /// <summary>Receives what expires.</summary>
    Breakage,
    StripeClearing,
    Adjustments,
}

public static class SystemAccounts
{
    private static readonly string[] Codes = ["", "issuance", "promo", "revenue", "breakage", "stripe_clearing", "adjustments"];

    public static IEnumerable<SystemAccount> All => Enumerable.Range(1, Codes.Length - 1).Select(number => (SystemAccount)number);

    public static string ToCode(this SystemAccount account) => Codes[(int)account];

    public static bool TryParse(string code, out SystemAccount account)
    {
        var index = Array.IndexOf(Codes, code, 1);
        account = index > 0 ? (SystemAccount)index : SystemAccount.None;
        return index > 0;
    }
}
